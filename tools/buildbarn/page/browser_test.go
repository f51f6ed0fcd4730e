//go:build browser

// How the page looks and behaves in Chromium, on a cluster that runs:
//
//	go test -tags=browser -artifacts ./page
//
// keeps pictures of it.
package page

import (
	"context"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/internal/clustertest"
)

func TestMain(m *testing.M) { os.Exit(clustertest.Main(m)) }

// What a page may take to show what happened.
const patience = 30 * time.Second

const narrow, wide = 400, 1100

// browser is a tab.
type browser struct {
	t   *testing.T
	ctx context.Context

	mutex      sync.Mutex
	complaints []string
}

// open shows the page in a browser; a machine without Chromium fails the test.
func open(t *testing.T, url string, before ...chromedp.Action[chromedp.Void]) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("disable-dev-shm-usage", true))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	go b.listen(chromedp.Console(ctx))
	b.do(before...)
	b.do(chromedp.EmulateViewport(wide, 900), chromedp.Navigate(url))
	return b
}

// listen notes what the page does wrong, offences against its own policy among them.
func (b *browser) listen(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
	for message, err := range messages {
		if err != nil {
			return
		}
		b.mutex.Lock()
		b.complaints = append(b.complaints, message.Text)
		b.mutex.Unlock()
	}
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// eval is the value of an expression.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	return run(b, chromedp.Evaluate[T](expression))
}

func run[T any](b *browser, action chromedp.Action[T]) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return value
}

// perform executes statements.
func (b *browser) perform(statements string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](statements))
}

// await waits for the page to make an expression true. One that is being loaded again may have
// no value.
func (b *browser) await(expression string) {
	b.t.Helper()
	for begin := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		seen, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression))
		if err == nil && seen {
			return
		}
		if time.Since(begin) > patience {
			b.t.Fatalf("%s: not seen (%v); the page is:\n%s", expression, err, eval[string](b, "document.body.innerText"))
		}
	}
}

func (b *browser) says(text string) string {
	return fmt.Sprintf("document.querySelector('main').innerText.includes(%q)", text)
}

// emulate has the browser behave as another person's would.
func emulate[P, R any](command cdp.Command[P, R], parameters P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, command, parameters)
		return err
	})
}

// clean fails the test for all that the page did wrong.
func (b *browser) clean() {
	b.t.Helper()
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, complaint := range b.complaints {
		b.t.Errorf("the browser complains: %s", complaint)
	}
}

// looks checks that the page fits and can be read, in both colour schemes and on narrow and wide
// screens, and takes a picture of each.
func (b *browser) looks(name string) {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{narrow, wide} {
			view := fmt.Sprintf("%s-%s-%d", name, scheme, width)
			b.do(emulate(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			}), chromedp.EmulateViewport(width, 900))
			picture := run(b, chromedp.FullScreenshot(100))
			if err := os.WriteFile(filepath.Join(b.t.ArtifactDir(), view+".png"), picture, 0o644); err != nil {
				b.t.Fatal(err)
			}
			if needs := eval[int64](b, "document.documentElement.scrollWidth"); needs > width {
				b.t.Errorf("%s: the page is %d wide", view, needs)
			}
			b.canBeRead(view, scheme == "dark")
		}
	}
}

// colours are those of all texts, each on the page's ground, as red, green and blue from 0 to 255.
const colours = `[...document.querySelectorAll("h1, h2, p, th, td, small, dt, dd, a")].filter(e => e.checkVisibility()).map(e => {
	let ground = e;
	while (ground.parentElement && getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
	const numbers = c => c.match(/[\d.]+/g).slice(0, 3).map(Number);
	return {text: e.innerText, color: numbers(getComputedStyle(e).color), ground: numbers(getComputedStyle(ground).backgroundColor)};
})`

// canBeRead holds the contrast to what WCAG 2.1 asks for, success criterion 1.4.3.
func (b *browser) canBeRead(view string, dark bool) {
	b.t.Helper()
	type text struct {
		Text          string
		Color, Ground [3]float64
	}
	found := eval[[]text](b, colours)
	if len(found) == 0 {
		b.t.Errorf("%s: no text", view)
	}
	for _, of := range found {
		if got := contrast(of.Color, of.Ground); got < 4.5 {
			b.t.Errorf("%s: %q has a contrast of %.1f", view, of.Text, got)
		}
		if (luminance(of.Ground) < 0.2) != dark {
			b.t.Errorf("%s: %q stands on %v", view, of.Text, of.Ground)
		}
	}
}

func contrast(a, b [3]float64) float64 {
	light, dark := luminance(a), luminance(b)
	return (max(light, dark) + 0.05) / (min(light, dark) + 0.05)
}

// luminance is WCAG's relative luminance.
func luminance(colour [3]float64) float64 {
	linear := func(c float64) float64 {
		if c /= 255; c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(colour[0]) + 0.7152*linear(colour[1]) + 0.0722*linear(colour[2])
}

// load gives a cluster actions that run until the returned function is called.
func load(t *testing.T, cluster *clustertest.Cluster, targets ...string) (end func()) {
	t.Helper()
	client := cluster.Client()
	var group sync.WaitGroup
	for _, target := range targets {
		group.Go(func() {
			// The target is an argument, so that each action is another.
			action := clustertest.Action{Arguments: []string{"/bin/sh", "-c", "sleep 3600", target}}
			action.Target, action.Mnemonic = target, "TestRunner"
			if strings.Contains(target, "serial") {
				action.Properties = map[string]string{"pool": "serial"}
			}
			if _, err := client.Execute(t.Context(), action); status.Code(err) != codes.Aborted {
				t.Errorf("%s: %v", target, err)
			}
		})
	}
	return func() {
		t.Helper()
		if err := client.KillAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		group.Wait()
	}
}

const hostile = `//x:"><img src=x onerror="window.hostile=1"><script>window.hostile=1</script>`

// Somebody has the page open while a build comes and goes.
func TestPageFollowsABuild(t *testing.T) {
	cluster := clustertest.Start(t, "--pool=default=2", "--pool=serial=1")
	b := open(t, cluster.Status)
	b.await(`document.title === "Buildbarn: ready"`)
	b.await(b.says("none asked for"))
	b.looks("idle")
	b.perform("window.loadedOnce = true")

	long := "//services/billing/internal/reconciliation:test_a_name_that_is_as_long_as_names_become_in_large_repositories_serial"
	endHostile := load(t, cluster, hostile)
	b.await(b.says(hostile))
	end := load(t, cluster, "//pkg:first_test", "//pkg:second_test", "//pkg:third_test", "//pkg:fourth_test", long)
	b.await(`[...document.querySelectorAll("tbody tr")].some(r => r.innerText.split(/\s+/).join(" ") === "default 3 2 0 2")`)
	b.await(b.says(long))
	b.await(b.says("waiting for its place"))
	b.await(`[...document.querySelectorAll("td:last-child")].some(d => d.innerText === "2s")`)
	b.looks("busy")

	end()
	endHostile()
	b.await(`document.getElementById("running").nextElementSibling.innerText === "none"`)
	b.await(b.says("0.0 %"))
	client := cluster.Client()
	for range 2 {
		if _, err := client.Execute(t.Context(), clustertest.Shell("true")); err != nil {
			t.Fatal(err)
		}
	}
	b.await(b.says("12.5 %"))
	if !eval[bool](b, "window.loadedOnce") {
		t.Error("the page was loaded again, which loses where its reader is")
	}
	if eval[bool](b, "'hostile' in window") {
		t.Error("a target's name was run as a script")
	}
	b.clean()

	cluster.Kill()
	b.await(`!document.getElementById("lost").hidden`)
	b.looks("lost")
}

// A reader who marks text keeps it.
func TestPageKeepsTheSelection(t *testing.T) {
	cluster := clustertest.Start(t)
	b := open(t, cluster.Status)
	b.perform(`getSelection().selectAllChildren(document.querySelector("dd")); window.main = document.querySelector("main")`)
	time.Sleep(3 * time.Second)
	if got := eval[string](b, "getSelection().toString()"); got != "grpc://"+cluster.Address {
		t.Errorf("marked is %q", got)
	}
	b.perform("getSelection().removeAllRanges()")
	b.await(`window.main !== document.querySelector("main")`)
	b.clean()
}

// Without scripts the page loads itself again.
func TestPageWithoutScripts(t *testing.T) {
	cluster := clustertest.Start(t)
	b := open(t, cluster.Status, emulate(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	defer load(t, cluster, "//pkg:one_test")()
	b.await(b.says("//pkg:one_test"))
	b.clean()
}

// The drain at the end is shown while actions still run.
func TestPageShowsTheEnd(t *testing.T) {
	cluster := clustertest.Start(t)
	b := open(t, cluster.Status)
	end := load(t, cluster, "//pkg:last_test")
	b.await(b.says("//pkg:last_test"))
	cluster.Terminate()
	b.await(b.says("The cluster is ending"))
	b.await(`document.title === "Buildbarn: ending"`)
	b.looks("ending")
	end()
	if code := cluster.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	b.await(`!document.getElementById("lost").hidden`)
}
