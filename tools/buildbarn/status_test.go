package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/internal/clustertest"
)

// get is what the status server says, and its status code; 0 where it does not answer.
func get(t *testing.T, cluster *clustertest.Cluster, path string) (int, string) {
	t.Helper()
	response, err := http.Get(cluster.Status + path)
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func statusCode(t *testing.T, cluster *clustertest.Cluster, path string) int {
	t.Helper()
	code, _ := get(t, cluster, path)
	return code
}

// The program's page has its own numbers: what it cached, and what it runs.
func TestStatus(t *testing.T) {
	cluster := clustertest.Start(t, "--pool=default=2", "--pool=gpu=1")
	client := cluster.Client()
	cached := clustertest.Shell("true")
	for range 7 {
		execute(t, client, cached)
	}
	running := start(t, cluster, "//pkg:slow_test", 3*time.Second)
	_, page := get(t, cluster, "/")
	for _, want := range []string{"gpu", "//pkg:slow_test", "TestRunner", "running", cluster.Address, ">6<", ">2<", "75.0 %"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q:\n%s", want, page)
		}
	}
	code, metrics := get(t, cluster, "/metrics")
	for _, want := range []string{"buildbarn_builder_in_memory_build_queue_tasks_scheduled_total", "grpc_server_handled_total", "go_goroutines"} {
		if code != 200 || !strings.Contains(metrics, "\n"+want) {
			t.Errorf("the metrics, %d, have no %s", code, want)
		}
	}
	if code, body := get(t, cluster, "/healthz"); code != 200 || body != "ready\n" {
		t.Errorf("/healthz: %d %q", code, body)
	}
	if err := <-running.ended; err != nil {
		t.Error(err)
	}
}
