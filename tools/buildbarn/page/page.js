// Brings the page up to date while somebody looks at it.
"use strict";

async function refresh() {
  // What a person has marked, to copy it, stays.
  if (document.hidden || !getSelection().isCollapsed) return;
  const lost = document.getElementById("lost");
  try {
    const answer = await fetch(location.href, { signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(answer.statusText);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = fresh.title;
    document.querySelector("main").replaceWith(fresh.querySelector("main"));
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
}

async function keepFresh() {
  await refresh();
  setTimeout(keepFresh, 1000);
}

setTimeout(keepFresh, 1000);
