// Package page is the cluster's status page for people, and its metrics for Prometheus. It only
// shows: what it knows comes from Buildbarn's own state service and metrics.
package page

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/buildbarn/bb-remote-execution/pkg/proto/buildqueuestate"
	"github.com/buildbarn/bb-storage/pkg/program"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/cluster"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/queue"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/store"
)

// Source is what the page shows.
type Source struct {
	State   buildqueuestate.BuildQueueStateServer
	Workers *queue.Workers
	Metrics prometheus.Gatherer
	// Usage is how full the stores are.
	Usage func() ([]store.Usage, error)
	// Facts do not change while the cluster runs.
	Facts []Fact
	// Begin is when the cluster began to.
	Begin time.Time
	// Ending tells whether the cluster takes no more actions.
	Ending func() bool
}

// Fact is a line of the page.
type Fact struct{ Name, Value string }

var (
	//go:embed page.html page.css page.js
	files embed.FS
	page  = template.Must(template.ParseFS(files, "page.html"))
)

// Handler serves the page at /, the metrics at /metrics, and at /healthz whether the cluster
// is ready, by the status code.
func (s Source) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /healthz", s.health)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{}))
	for _, name := range []string{"page.css", "page.js"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, files, name)
		})
	}
	return guard(mux)
}

func (s Source) page(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	shown, err := s.read(r.Context(), time.Now())
	if err == nil {
		err = page.Execute(&body, shown)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// A client that is gone needs no answer.
	_, _ = body.WriteTo(w)
}

func (s Source) health(w http.ResponseWriter, _ *http.Request) {
	if s.Ending() {
		http.Error(w, "ending", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

// guard keeps other sites, which the person's browser may show at the same time, from reading
// this one. A site can make a name of its own resolve to loopback, but the browser then
// sends that name.
func guard(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := (&url.URL{Host: r.Host}).Hostname()
		if loopback, err := cluster.IsLoopback(net.JoinHostPort(name, "0")); err != nil || !loopback {
			http.Error(w, "only localhost and loopback addresses are names of this server", http.StatusMisdirectedRequest)
			return
		}
		header := w.Header()
		header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "+
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		handler.ServeHTTP(w, r)
	})
}

const (
	// How long a client may take to ask, and how long answers may take at the end.
	readTimeout = 10 * time.Second
	endTimeout  = time.Second
)

// Serve listens at an address, HOST:PORT with any free port for 0, and returns the URL as soon
// as it does. It ends with the group.
func Serve(address string, handler http.Handler, group program.Group) (string, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: readTimeout}
	group.Go(func(ctx context.Context, siblings, _ program.Group) error {
		siblings.Go(func(ctx context.Context, _, _ program.Group) error {
			<-ctx.Done()
			limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
			defer cancel()
			if server.Shutdown(limited) != nil {
				return server.Close()
			}
			return nil
		})
		if err := server.Serve(listener); err != http.ErrServerClosed {
			return err
		}
		return nil
	})
	return "http://" + listener.Addr().String(), nil
}
