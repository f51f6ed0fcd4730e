#!/usr/bin/env bash
# release_prep.sh TAG: writes the archive of the release TAG to the current folder, and its
# notes to stdout. The same commit always makes the same bytes: the files' times are the
# commit's, and the compressed file has neither name nor time of its own.
set -euo pipefail
tag=${1:?usage: release_prep.sh TAG}
version=${tag#v}

fail() {
  printf 'release_prep.sh: %s\n' "$*" >&2
  exit 1
}

# Prints the file $1 of the tag: not what happens to lie in the folder.
of_tag() {
  git show "$tag:$1"
}

# Prints what the changes say below the heading of the version.
notes() {
  of_tag CHANGELOG.md | awk -v heading="## $version (" '
    /^## / { inside = index($0, heading) == 1; next }
    inside'
}

archive() {
  git -c core.autocrlf=false -c tar.umask=0022 archive --format=tar --prefix="rules_xdist-$version/" "$tag^{commit}" |
    gzip --no-name --best
}

of_tag MODULE.bazel | grep -qx "    version = \"$version\"," ||
  fail "$tag: MODULE.bazel has another version"
of_tag CHANGELOG.md | grep -qE "^## $version \([0-9]{4}-[0-9]{2}-[0-9]{2}\)\$" ||
  fail "$tag: CHANGELOG.md has no heading \"## $version (YYYY-MM-DD)\""
# The registry's presubmit wants both, and compares them.
of_tag .bcr/metadata.template.json | grep -q '"github":' && of_tag .bcr/metadata.template.json | grep -q '"github_user_id":' ||
  fail "$tag: .bcr/metadata.template.json names no maintainer with github and github_user_id, who approves for the registry"

archive >"rules_xdist-$version.tar.gz"
notes
cat <<END

In \`MODULE.bazel\`:

    bazel_dep(name = "rules_xdist", version = "$version")

The rest of the set-up is in the [README](https://github.com/rules-xdist/rules_xdist/blob/$tag/README.md#set-it-up).
END
