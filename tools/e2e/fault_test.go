//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/bep"
	"github.com/rules-xdist/rules_xdist/internal/outcomes"
)

// The pools of the cluster that suffers.
var faultPools = []string{"--pool=default=4", "--pool=serial=1", "--cache-size=512MiB"}

// Whatever breaks on the cluster while a build runs, each test is reported once, with the
// outcome that it has without a cluster; serial tests stay alone; and no process is left.
func TestFaults(t *testing.T) {
	s := newFaultSuite(t)
	t.Run("runner is killed", s.runnerIsKilled)
	t.Run("server is killed and started again", s.serverIsKilled)
	t.Run("connection is cut", s.connectionIsCut)
	t.Run("connection is lost", s.connectionIsLost)
	t.Run("worker vanishes", s.workerVanishes)
	t.Run("two clients", s.twoClients)
	t.Run("two suites", s.twoSuites)
	t.Run("result is corrupted", s.resultIsCorrupted)
	t.Run("input is corrupted", s.inputIsCorrupted)
	t.Run("server is gone", s.serverIsGone)
	const wanted = 2000
	t.Logf("%d pairs of a serial test and another", s.pairs)
	if s.pairs < wanted && !t.Failed() {
		t.Errorf("%d pairs of a serial test and another, want at least %d", s.pairs, wanted)
	}
}

func (s *faultSuite) runner(t *testing.T) process {
	t.Helper()
	children := childrenOf(s.cluster.process.Process.Pid)
	i := slices.IndexFunc(children, func(p process) bool { return strings.Contains(p.command, " runner ") })
	if i < 0 {
		t.Fatalf("the server's children: %v, want a runner", children)
	}
	return children[i]
}

func (s *faultSuite) runnerIsKilled(t *testing.T) {
	b := s.inBackground(t, mark(t), faultTests...)
	b.busy(2)
	runner := s.runner(t)
	actions := descendantsOf(runner.pid)
	check(t, syscall.Kill(runner.pid, syscall.SIGKILL))
	wantNone(t, "the runner's end", living(actions))
	s.judge(t, b, s.plain)
	if again := s.runner(t); again.pid == runner.pid {
		t.Errorf("the runner is still %v", again)
	}
}

func (s *faultSuite) serverIsKilled(t *testing.T) {
	b := s.inBackground(t, mark(t), faultTests...)
	b.busy(2)
	s.restartServer(t)
	s.judge(t, b, s.plain)
}

// restartServer kills the server, with all that it runs, and starts another.
func (s *faultSuite) restartServer(t *testing.T) {
	t.Helper()
	address := s.cluster.address()
	all := descendantsOf(s.cluster.process.Process.Pid)
	s.cluster.kill()
	wantNone(t, "the server's end", living(all))
	s.cluster.start(append(slices.Clone(faultPools), "--listen="+address)...)
}

func (s *faultSuite) connectionIsCut(t *testing.T) {
	p := startProxy(t, s.cluster.address())
	b := s.inBackground(t, mark(t), suiteTests, "--remote_executor=grpc://"+p.address)
	b.busy(2)
	p.cut()
	time.Sleep(3 * time.Second)
	p.restore()
	s.judge(t, b, s.plainOf("faults"))
}

// Nobody tells Bazel that its connection is of no use: it asks, by .bazelrc's interval.
func (s *faultSuite) connectionIsLost(t *testing.T) {
	p := startProxy(t, s.cluster.address())
	b := s.inBackground(t, mark(t), suiteTests, "--remote_executor=grpc://"+p.address, "--grpc_keepalive_timeout=5s")
	b.busy(2)
	p.forget()
	s.judge(t, b, s.plainOf("faults"))
}

// Workers of a process of its own vanish, with the actions that they are at.
func (s *faultSuite) workerVanishes(t *testing.T) {
	first := s.cluster.startWorker(t, "--pool=default=2")
	s.cluster.startWorker(t, "--pool=default=2")
	b := s.inBackground(t, mark(t), suiteTests)
	var all []process
	if !eventually(buildLimit/2, func() bool {
		all = descendantsOf(first.process.Process.Pid)
		return slices.ContainsFunc(all, func(p process) bool { return strings.Contains(p.command, "python") })
	}) {
		t.Errorf("the worker was given no action:\n%s", first.log)
	}
	first.kill()
	wantNone(t, "the worker's end", living(all))
	// Serial tests are alone on their host only, which here is the server.
	judgeOutcomes(t, b, s.plainOf("faults"))
}

// Both ask for the same, of which each action is to run but once.
func (s *faultSuite) twoClients(t *testing.T) {
	same := mark(t)
	other := s.workspace
	other.startup = append(slices.Clone(other.startup), "--output_base="+filepath.Join(filepath.Dir(s.dir), "faults_other"))
	// Its own Bazel is there first, so that both really begin at one time.
	other.in(t).mustPass(slices.Concat([]string{"build", "--config=remote", "--symlink_prefix=/"}, faultTests)...)
	first := s.inBackground(t, same, faultTests...)
	second := other.inBackground(t, same, append(slices.Clone(faultTests), "--symlink_prefix=/")...)
	s.judge(t, first, s.plain)
	s.judge(t, second, s.plain)
}

// Folders of networkx' tests.
var networkxTests = []string{"//networkx/algorithms/bipartite/...", "//networkx/algorithms/centrality/..."}

// A library's own tests run beside the others, when the server is killed under both.
func (s *faultSuite) twoSuites(t *testing.T) {
	networkx, plain := s.networkx(t)
	first := networkx.inBackground(t, mark(t), networkxTests...)
	second := s.inBackground(t, mark(t), faultTests...)
	first.busy(2)
	s.restartServer(t)
	judgeOutcomes(t, first, plain)
	s.judge(t, second, s.plain)
}

// networkx is a workspace of that library on the cluster, and the outcomes of its tests
// without one.
func (s *faultSuite) networkx(t *testing.T) (workspace, outcomes.Outcomes) {
	t.Helper()
	w := workspace{t: t, dir: filepath.Join(filepath.Dir(s.dir), "networkx"), tool: s.tool}
	repository := workspace{t: t, dir: filepath.Dir(filepath.Dir(s.tool)), tool: s.tool}
	repository.mustPass("run", "//tools/realsuite", "--", "--unpack="+w.dir, "networkx")
	w.write(".bazelrc", w.read(".bazelrc")+s.read(".bazelrc"))
	w.startup = []string{"--max_idle_secs=60"}
	w.mustPass("run", "//:gazelle")
	local := w.mustPass(slices.Concat([]string{"test"}, networkxTests)...)
	return w.on(s.cluster), local.tests(t)
}

// corrupt changes a byte of each place where the store of blobs has a text, which is of a
// single blob.
func (s *faultSuite) corrupt(t *testing.T, text string) {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(s.cluster.state(), "cas", "blocks"), os.O_RDWR, 0)
	check(t, err)
	defer file.Close()
	found := 0
	// The file is as large as the store may grow, and mostly a hole.
	for begin, end := data(file, 0); begin < end; begin, end = data(file, end) {
		content := make([]byte, end-begin)
		_, err := file.ReadAt(content, begin)
		check(t, err)
		for at := bytes.Index(content, []byte(text)); at >= 0; at = bytes.Index(content, []byte(text)) {
			content[at] ^= 1
			_, err := file.WriteAt(content[at:at+1], begin+int64(at))
			check(t, err)
			found++
		}
	}
	if found == 0 {
		t.Fatalf("the store does not contain %q", text)
	}
}

// Of lseek(2).
const seekData, seekHole = 3, 4

// data returns the first part of a file from a place on that is no hole; it is empty if there
// is none.
func data(file *os.File, from int64) (begin, end int64) {
	begin, err := file.Seek(from, seekData)
	if err != nil {
		return 0, 0
	}
	end, err = file.Seek(begin, seekHole)
	if err != nil {
		return 0, 0
	}
	return begin, end
}

// Of a cached result one file is not what it was: the action runs again. Buildbarn drops all
// that it stored before as well, so that others may, too.
func (s *faultSuite) resultIsCorrupted(t *testing.T) {
	same := mark(t)
	before := judgeOutcomes(t, s.inBackground(t, same, suiteTests), s.plainOf("faults"))
	s.corrupt(t, before.recordedBegin(t, "//faults:test_parallel_1"))
	s.in(t).mustPass("clean")
	after := judgeOutcomes(t, s.inBackground(t, same, suiteTests), s.plainOf("faults"))
	if got := after.executed(); !slices.Contains(got, "//faults:test_parallel_1") {
		t.Errorf("executed again: %v, want //faults:test_parallel_1 among them", got)
	}
}

// An input that Bazel has uploaded already is not what it was: Bazel uploads it again.
func (s *faultSuite) inputIsCorrupted(t *testing.T) {
	text := "# " + mark(t)
	w := s.in(t)
	w.write("faults/test_parallel_2.py", w.read("faults/test_parallel_2.py")+text+"\n")
	judgeOutcomes(t, s.inBackground(t, mark(t), suiteTests), s.plainOf("faults"))
	s.corrupt(t, text)
	judgeOutcomes(t, s.inBackground(t, mark(t), suiteTests), s.plainOf("faults"))
}

// recordedBegin returns what one of a target's tests recorded.
func (r result) recordedBegin(t *testing.T, label string) string {
	t.Helper()
	i := slices.IndexFunc(r.build.Targets, func(one bep.Target) bool { return one.Label == label })
	if i < 0 {
		t.Fatalf("%s: did not run", label)
	}
	content, err := os.ReadFile(pathOf(t, r.build.Targets[i].Shards[0].Attempts[0].XML))
	check(t, err)
	_, value, _ := strings.Cut(string(content), `name="begin" value="`)
	value, _, found := strings.Cut(value, `"`)
	if !found {
		t.Fatalf("%s: recorded no time:\n%s", label, content)
	}
	return value
}

// A cluster that is not started again: the build ends, and says why.
func (s *faultSuite) serverIsGone(t *testing.T) {
	b := s.inBackground(t, mark(t), suiteTests)
	b.busy(2)
	all := descendantsOf(s.cluster.process.Process.Pid)
	s.cluster.kill()
	wantNone(t, "the server's end", living(all))
	killed := time.Now()
	r := b.wait()
	t.Logf("the build ended %s after its server", time.Since(killed).Round(time.Second))
	if r.code != 34 {
		t.Errorf("exit code %d, want 34, for a remote error\n%s", r.code, r.output)
	}
	wantContains(t, "Bazel", r.output, "(Exit 34): UNAVAILABLE: io exception")
	wantNone(t, "the build's end", func() []process { return marked(b.mark) })
}
