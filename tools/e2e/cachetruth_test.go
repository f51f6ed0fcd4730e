//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// truth is one change between two builds, and the targets of which the second one executes
// all shards, and no shard of any other.
type truth struct {
	name     string
	change   func(w workspace) workspace
	args     []string
	executes []string
}

// What the example's targets are, by what they depend on.
var (
	census      = []string{"//:xdist_census"}
	group       = []string{"//tests:xdist_group_db"}
	endToEnd    = []string{"//tests/e2e:test_api", "//tests/e2e:test_cli", "//tests/e2e:test_cli_serial"}
	integration = []string{"//tests/integration:test_migrations_serial", "//tests/integration:test_statements", "//tests/integration:test_store"}
	unit        = []string{"//tests/unit:test_fx", "//tests/unit:test_invoices", "//tests/unit:test_ledger", "//tests/unit:test_money", "//tests/unit:test_proration", "//tests/unit:test_tax"}
	serial      = []string{"//tests/e2e:test_cli_serial", "//tests/integration:test_migrations_serial"}
	added       = []string{"//tests/unit:test_added"}
)

var remotely = []string{"--config=remote"}

// truths follow each other: each begins with what the one before has left.
var truths = []truth{
	{"nothing was built before", same, remotely,
		slices.Concat(census, group, endToEnd, integration, unit)},
	{"nothing changed", same, remotely, nil},
	{"a fresh clone elsewhere on the disk, with a Bazel of its own", elsewhere, remotely, nil},
	{"another user, with another home folder", otherUser, remotely, nil},
	{"another PATH", otherPath, remotely, nil},
	{"a comment in one test file", edit("tests/unit/test_money.py"), remotely, []string{"//tests/unit:test_money"}},
	{"a new test file, after Gazelle", addTestFile, remotely, slices.Concat(census, added)},
	{"a changed library, one folder's conftest.py", edit("tests/integration/conftest.py"), remotely, slices.Concat(group, integration)},
	{"a changed library, on which all tests depend", edit("billing/money.py"), remotely,
		slices.Concat(group, endToEnd, integration, unit, added)},
	{"a changed timing record", changeDurations, remotely, nil},
	{"`-m unit`, after a full run", same, slices.Concat(remotely, []string{"--test_tag_filters=unit"}), nil},
	{"`-m unit`, with a changed library", edit("billing/money.py"), slices.Concat(remotely, []string{"--test_tag_filters=unit"}), unit},
	{"a full run, after that `-m unit`", same, remotely, slices.Concat(group, endToEnd, integration, added)},
	{"on this machine, with the cluster's cache alone", same, []string{"--config=remote-cache"}, serial},
	{"the same again", same, []string{"--config=remote-cache"}, nil},
	{"remotely, after that", same, remotely, nil},
}

// Between any two builds, exactly what the change can have changed executes; all else
// comes from the cluster's cache.
func TestCacheTruth(t *testing.T) {
	w := newWorkspace(t).on(startCluster(t, "--pool=default=4", "--pool=serial=1"))
	report := "| between two builds | shards | executed | from the cache | which |\n|---|---|---|---|---|\n"
	for _, truth := range truths {
		next := truth.change(w)
		next.mustPass("clean")
		r := next.mustPass(slices.Concat([]string{"test"}, truth.args, pythonTests)...)
		report += truth.row(r.shards())
		compareExecuted(t, truth, r.shards())
		// What belongs to one build only, such as another place, ends with it.
		if next.dir != w.dir || next.startup != nil && !slices.Equal(next.startup, w.startup) {
			next.mustPass("shutdown")
		}
	}
	t.Log("\n" + report)
	checkReport(t, report)
}

func compareExecuted(t *testing.T, truth truth, shards []ran) {
	t.Helper()
	for _, shard := range shards {
		label, _, _ := strings.Cut(shard.shard, " ")
		executes := shard.where != "remote cache"
		if want := slices.Contains(truth.executes, label); executes != want {
			t.Errorf("%s: %s: %s; executes: want %t", truth.name, shard.shard, shard.where, want)
		}
	}
	for _, label := range truth.executes {
		if !slices.ContainsFunc(shards, func(s ran) bool { return strings.HasPrefix(s.shard, label+" ") }) {
			t.Errorf("%s: %s: was not tested", truth.name, label)
		}
	}
}

func (truth truth) row(shards []ran) string {
	cached := 0
	for _, shard := range shards {
		if shard.where == "remote cache" {
			cached++
		}
	}
	which := strings.Join(truth.executes, ", ")
	if len(truth.executes) > 4 {
		which = fmt.Sprintf("%d targets", len(truth.executes))
	}
	return fmt.Sprintf("| %s | %d | %d | %d | %s |\n", truth.name, len(shards), len(shards)-cached, cached, which)
}

func same(w workspace) workspace { return w }

func edit(name string) func(workspace) workspace {
	return func(w workspace) workspace {
		w.write(name, w.read(name)+"\n# A remark.\n")
		return w
	}
}

func addTestFile(w workspace) workspace {
	w.write("tests/unit/test_added.py", "def test_added():\n    assert True\n")
	w.mustPass("run", "//:gazelle")
	return w
}

func changeDurations(w workspace) workspace {
	w.write(".test_durations", `{"tests/unit/test_added.py::test_added": 7.0}`+"\n")
	return w
}

func otherPath(w workspace) workspace {
	w.environment = append(w.environment, "PATH="+w.t.TempDir()+":"+os.Getenv("PATH"))
	return w
}

// elsewhere copies both the rules and the example to another place.
func elsewhere(w workspace) workspace {
	w.t.Helper()
	repository, err := filepath.Abs("../..")
	check(w.t, err)
	clone, err := os.MkdirTemp(filepath.Dir(w.dir), "elsewhere")
	check(w.t, err)
	w.t.Cleanup(func() { os.RemoveAll(clone) })
	files := exec.Command("sh", "-c", `git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents --no-dereference --target-directory="$0"`, clone)
	files.Dir = repository
	if output, err := files.CombinedOutput(); err != nil {
		w.t.Fatalf("copying the repository: %v\n%s", err, output)
	}
	bazelrc := w.read(".bazelrc")
	w.dir = filepath.Join(clone, "examples", "platform")
	w.tool = filepath.Join(clone, "tools", "bazel")
	w.write(".bazelrc", bazelrc)
	return w
}

// otherUser enters a namespace in which the same person bears another number and name, with
// a Bazel server of its own.
func otherUser(w workspace) workspace {
	w.t.Helper()
	cache, err := os.UserCacheDir()
	check(w.t, err)
	home := w.t.TempDir()
	w.prefix = []string{"unshare", "--user", "--map-user=1234", "--map-group=1234", "--"}
	w.environment = append(w.environment, "HOME="+home, "USER=somebody", "LOGNAME=somebody",
		// Where the private root is.
		"XDG_CACHE_HOME="+cache)
	outputs, err := os.MkdirTemp(filepath.Dir(w.dir), "outputs")
	check(w.t, err)
	w.t.Cleanup(func() {
		check(w.t, exec.Command("chmod", "-R", "u+w", outputs).Run())
		os.RemoveAll(outputs)
	})
	w.startup = append(slices.Clone(w.startup), "--output_user_root="+outputs)
	return w
}

const reportFile = "../../docs/remote.md"

const reportBegin, reportEnd = "<!-- cache truth: made by TestCacheTruth -->\n", "<!-- end of cache truth -->\n"

// checkReport compares the table with that of the documentation, or writes it there.
func checkReport(t *testing.T, report string) {
	t.Helper()
	content, err := os.ReadFile(reportFile)
	check(t, err)
	before, rest, found := strings.Cut(string(content), reportBegin)
	documented, after, ended := strings.Cut(rest, reportEnd)
	if !found || !ended {
		t.Fatalf("%s: the table's comments are missing", reportFile)
	}
	if os.Getenv("UPDATE_DOCS") == "true" {
		check(t, os.WriteFile(reportFile, []byte(before+reportBegin+report+reportEnd+after), 0o644))
		return
	}
	if documented != report {
		t.Errorf("%s: the table is out of date: run this test with UPDATE_DOCS=true", reportFile)
	}
}
