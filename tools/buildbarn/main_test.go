// These tests start the program itself.
package main

import (
	"os"
	"strings"
	"testing"
	"time"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/internal/clustertest"
)

func TestMain(m *testing.M) { os.Exit(clustertest.Main(m)) }

// An action's result is what the command made, is cached, and is logged in one line.
func TestExecute(t *testing.T) {
	cluster := clustertest.Start(t)
	client := cluster.Client()
	action := clustertest.Shell("cat in.txt >out.txt; echo said")
	action.Inputs = map[string]string{"in.txt": "given\n"}
	action.Outputs = []string{"out.txt"}
	action.Target, action.Mnemonic = "//pkg:copy", "Genrule"

	executed := execute(t, client, action)
	if executed.GetCachedResult() || executed.GetResult().GetExitCode() != 0 {
		t.Errorf("the first execution: %v", executed)
	}
	if out, err := client.Output(t.Context(), executed.GetResult(), "out.txt"); err != nil || out != "given\n" {
		t.Errorf("out.txt: %q, %v", out, err)
	}
	if out, err := client.Stdout(t.Context(), executed.GetResult()); err != nil || out != "said\n" {
		t.Errorf("stdout: %q, %v", out, err)
	}
	if _, err := client.Result(t.Context(), action); err != nil {
		t.Errorf("the Action Cache: %v", err)
	}
	line := logged(t, cluster, "target=//pkg:copy")
	for _, want := range []string{"level=INFO", `msg="action ended"`, "mnemonic=Genrule", "/default-", "duration=", "exit=0", "cached=true"} {
		if !strings.Contains(line, want) {
			t.Errorf("the log has no %s in %q", want, line)
		}
	}
}

// What failed, or may not be cached, says so and is not.
func TestExecuteWithoutCaching(t *testing.T) {
	cluster := clustertest.Start(t)
	client := cluster.Client()
	failing := clustertest.Shell("exit 3")
	failing.Target = "//:failing"
	private := clustertest.Shell("true")
	private.Target, private.DoNotCache = "//:private", true
	slow := clustertest.Shell("sleep 30")
	slow.Target, slow.Timeout = "//:slow", 100*time.Millisecond

	for _, action := range []clustertest.Action{failing, private} {
		execute(t, client, action)
		if result, err := client.Result(t.Context(), action); err == nil {
			t.Errorf("%s: the Action Cache has %v", action.Target, result)
		}
	}
	if line := logged(t, cluster, "target=//:failing"); !strings.Contains(line, "exit=3 cached=false") {
		t.Error(line)
	}
	if line := logged(t, cluster, "target=//:private"); !strings.Contains(line, "exit=0 cached=false") {
		t.Error(line)
	}
	if _, err := client.Execute(t.Context(), slow); err == nil {
		t.Error("an action over its time ended well")
	}
	if line := logged(t, cluster, "target=//:slow"); !strings.Contains(line, "level=WARN") || !strings.Contains(line, "code=DeadlineExceeded") {
		t.Error(line)
	}
}

func execute(t testing.TB, client clustertest.Client, action clustertest.Action) *remoteexecution.ExecuteResponse {
	t.Helper()
	response, err := client.Execute(t.Context(), action)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// logged waits for the cluster's only line with some text.
func logged(t *testing.T, cluster *clustertest.Cluster, text string) string {
	t.Helper()
	var found []string
	clustertest.WaitFor(t, "a log line with "+text, func() bool {
		found = nil
		for line := range strings.Lines(cluster.Log()) {
			if strings.Contains(line, text) {
				found = append(found, line)
			}
		}
		return len(found) > 0
	})
	if len(found) != 1 {
		t.Errorf("the log has it more than once: %q", found)
	}
	return found[0]
}
