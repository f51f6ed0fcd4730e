package page

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/buildqueuestate"
	"github.com/buildbarn/bb-storage/pkg/program"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/queue"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/store"
)

// state is a scheduler with one pool, whose workers all have an action.
type state struct {
	buildqueuestate.UnimplementedBuildQueueStateServer
	targets []string
	err     error
}

func (s state) ListPlatformQueues(context.Context, *emptypb.Empty) (*buildqueuestate.ListPlatformQueuesResponse, error) {
	busy := uint32(len(s.targets))
	return &buildqueuestate.ListPlatformQueuesResponse{PlatformQueues: []*buildqueuestate.PlatformQueueState{{
		Name: &buildqueuestate.PlatformQueueName{Platform: queue.Pool{Name: "gpu"}.Platform()},
		SizeClassQueues: []*buildqueuestate.SizeClassQueueState{{
			WorkersCount: busy + 5,
			RootInvocation: &buildqueuestate.InvocationState{
				ExecutingWorkersCount: busy,
				QueuedOperationsCount: &buildqueuestate.InvocationState_InvocationObjectCount{Direct: 20, Indirect: 3},
			},
		}},
	}}}, s.err
}

func (s state) ListWorkers(context.Context, *buildqueuestate.ListWorkersRequest) (*buildqueuestate.ListWorkersResponse, error) {
	response := &buildqueuestate.ListWorkersResponse{}
	for i, target := range s.targets {
		response.Workers = append(response.Workers, &buildqueuestate.WorkerState{
			Id: map[string]string{"host": "h", "process": "7", "pool": "gpu", "place": fmt.Sprint(i)},
			CurrentOperation: &buildqueuestate.OperationState{
				TargetId: target, ActionDigest: &remoteexecution.Digest{Hash: "abcd", SizeBytes: 1},
			},
		})
	}
	return response, nil
}

// source is one of a cluster that has just begun.
func source(t *testing.T, of state) Source {
	t.Helper()
	return Source{
		State:   of,
		Workers: queue.NewWorkers(nil),
		Metrics: prometheus.NewRegistry(),
		Usage: func() ([]store.Usage, error) {
			return []store.Usage{{Name: "Some Storage", Bytes: 1 << 20, Limit: 4 << 20}}, nil
		},
		Facts:  []Fact{{"Isolation", "<namespaces>"}},
		Begin:  time.Now().Add(-90 * time.Second),
		Ending: func() bool { return false },
	}
}

func ask(s Source, method, host, path string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, nil)
	request.Host = host
	recorder := httptest.NewRecorder()
	s.Handler().ServeHTTP(recorder, request)
	return recorder
}

func TestPage(t *testing.T) {
	page := ask(source(t, state{targets: []string{"//a:b", "", `<script>"&`}}), "GET", "localhost", "/")
	if page.Code != http.StatusOK {
		t.Fatalf("%d: %s", page.Code, page.Body)
	}
	for _, want := range []string{
		`<html lang="en">`, "<title>Buildbarn: ready</title>",
		`<th scope="row">gpu</th><td class="number">23</td><td class="number">3</td><td class="number">5</td><td class="number">8</td>`,
		`<th scope="row">//a:b</th><td>gpu-0 <small>h/7</small></td>`,
		`<th scope="row">action abcd</th>`,
		`<th scope="row">&lt;script&gt;&#34;&amp;</th>`,
		`<th scope="row">Some Storage</th><td class="number">1MiB</td><td class="number">4MiB</td><td class="number">25 %</td>`,
		"<dt>Isolation</dt><dd>&lt;namespaces&gt;</dd>", "<dt>Up for</dt><dd>1m3",
	} {
		if !strings.Contains(page.Body.String(), want) {
			t.Errorf("the page has no %s:\n%s", want, page.Body)
		}
	}
}

// A page that is not whole is none.
func TestPageThatCannotBeMade(t *testing.T) {
	broken := source(t, state{})
	broken.Usage = func() ([]store.Usage, error) { return nil, errors.New("the disk is gone") }
	for name, source := range map[string]Source{"no scheduler": source(t, state{err: errors.New("no scheduler")}), "the disk is gone": broken} {
		page := ask(source, "GET", "localhost", "/")
		if body := page.Body.String(); page.Code != http.StatusInternalServerError || body != name+"\n" {
			t.Errorf("%s: %d %s", name, page.Code, body)
		}
	}
}

func TestMoreActionsThanAreShown(t *testing.T) {
	targets := make([]string, shownActions+7)
	page := ask(source(t, state{targets: targets}), "GET", "localhost", "/").Body.String()
	if got := strings.Count(page, "action abcd"); got != shownActions || !strings.Contains(page, "and 7 more") {
		t.Errorf("%d rows:\n%s", got, page)
	}
}

func TestLongestRunComeFirst(t *testing.T) {
	shown, more := longest([]action{{Target: "b", For: 1}, {Target: "c", For: 3}, {Target: "a", For: 1}})
	if more != 0 || shown[0].Target != "c" || shown[1].Target != "b" || shown[2].Target != "a" {
		t.Errorf("%v, %d", shown, more)
	}
}

func TestHealth(t *testing.T) {
	ready := source(t, state{})
	if got := ask(ready, "GET", "localhost", "/healthz"); got.Code != http.StatusOK {
		t.Errorf("ready: %d", got.Code)
	}
	ready.Ending = func() bool { return true }
	if got := ask(ready, "GET", "localhost", "/healthz"); got.Code != http.StatusServiceUnavailable {
		t.Errorf("ending: %d", got.Code)
	}
	if page := ask(ready, "GET", "localhost", "/").Body.String(); !strings.Contains(page, "The cluster is ending") {
		t.Errorf("the page does not say that:\n%s", page)
	}
}

// Only names of loopback are answered: a name of another site may lead here as well.
func TestHostNames(t *testing.T) {
	asked := source(t, state{})
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8981": 200, "127.0.0.1:8981": 200, "[::1]:8981": 200, "[::1]": 200, "127.0.0.1": 200,
		"": 421, "example.com": 421, "example.com:8981": 421, "localhost.example.com": 421, "127.0.0.1.example.com": 421,
		"192.168.0.1:8981": 421, "0.0.0.0:8981": 421, "user@localhost": 421, "evil#localhost": 421,
	} {
		for _, path := range []string{"/", "/metrics", "/healthz", "/page.js"} {
			if got := ask(asked, "GET", host, path); got.Code != want {
				t.Errorf("Host %q, %s: %d, not %d", host, path, got.Code, want)
			}
		}
	}
}

// The page may load its own style and script, and nothing else; it takes no orders.
func TestHeaders(t *testing.T) {
	asked := source(t, state{})
	for _, path := range []string{"/", "/metrics", "/page.css", "/page.js", "/healthz"} {
		header := ask(asked, "GET", "localhost", path).Header()
		if policy := header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, header)
		}
		if got := ask(asked, "POST", "localhost", path); got.Code != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d", path, got.Code)
		}
	}
	if got := ask(asked, "GET", "localhost", "/page.html"); got.Code != http.StatusNotFound {
		t.Errorf("the template is served: %d", got.Code)
	}
}

func TestActionCacheLookups(t *testing.T) {
	registry := prometheus.NewRegistry()
	counted := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: operations},
		[]string{"storage_type", "backend_type", "operation", "grpc_code"})
	registry.MustRegister(counted)
	for _, of := range []struct {
		labels []string
		times  int
	}{
		{[]string{"ac", "completeness_checking", "Get", "OK"}, 3},
		{[]string{"ac", "completeness_checking", "Get", "NotFound"}, 1},
		{[]string{"ac", "completeness_checking", "Get", "Unavailable"}, 10},
		{[]string{"ac", "completeness_checking", "Put", "OK"}, 10},
		{[]string{"ac", "local", "Get", "OK"}, 10},
		{[]string{"cas", "local", "Get", "NotFound"}, 10},
	} {
		for range of.times {
			counted.WithLabelValues(of.labels...).Observe(1)
		}
	}
	got, err := actionCacheLookups(registry)
	if err != nil || got != (lookups{3, 1}) || got.Rate() != "75.0 %" {
		t.Errorf("%v, %s, %v", got, got.Rate(), err)
	}
}

// The server listens before Serve returns, and is gone with its group.
func TestServe(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var url string
	ended := make(chan error, 1)
	listening := make(chan error, 1)
	go func() {
		ended <- program.RunLocal(ctx, func(_ context.Context, siblings, _ program.Group) (err error) {
			url, err = Serve("127.0.0.1:0", source(t, state{}).Handler(), siblings)
			listening <- err
			return err
		})
	}()
	if err := <-listening; err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(url + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if connection, err := net.Dial("tcp", strings.TrimPrefix(url, "http://")); err == nil {
		connection.Close()
		t.Error("it still listens")
	}
}
