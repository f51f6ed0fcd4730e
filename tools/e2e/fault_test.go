//go:build e2e

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// Whatever breaks on the cluster while a build runs, each test is reported once, with the
// outcome that it has without a cluster; serial tests stay alone; and no process is left.
func TestFaults(t *testing.T) {
	s := newFaultSuite(t)
	t.Run("runner is killed", s.runnerIsKilled)
	t.Run("server is killed and started again", s.serverIsKilled)
	const wanted = 2000
	if s.pairs < wanted {
		t.Errorf("%d pairs of a serial test and another, want at least %d", s.pairs, wanted)
	}
	t.Logf("%d pairs of a serial test and another", s.pairs)
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
	s.judge(t, b)
	if again := s.runner(t); again.pid == runner.pid {
		t.Errorf("the runner is still %v", again)
	}
}

func (s *faultSuite) serverIsKilled(t *testing.T) {
	b := s.inBackground(t, mark(t), faultTests...)
	b.busy(2)
	address := s.cluster.address()
	all := descendantsOf(s.cluster.process.Process.Pid)
	s.cluster.kill()
	wantNone(t, "the server's end", living(all))
	s.cluster.start("--pool=default=4", "--pool=serial=1", fmt.Sprintf("--listen=%s", address))
	s.judge(t, b)
}
