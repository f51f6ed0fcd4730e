package main

import (
	"bytes"
	"log"
	"log/slog"
	"strings"
	"testing"
)

// Buildbarn's own lines are structured, but for those of ends in good order, which are not there.
func TestLog(t *testing.T) {
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	var out bytes.Buffer
	logTo(&out)
	log.Printf("Worker %s: %s", "default-0", "rpc error: code = Canceled desc = Failed to synchronize with scheduler: context canceled")
	log.Printf("Worker %s: terminating", "default-0")
	log.Printf("Worker %s: %s", "default-0", "rpc error: code = Unavailable desc = connection refused")
	log.Print("Fatal error: context canceled")
	slog.With("target", "//:a").Info("action ended")
	want := []string{
		`level=INFO msg="Worker default-0: rpc error: code = Unavailable desc = connection refused"`,
		`level=INFO msg="Fatal error: context canceled"`,
		`level=INFO msg="action ended" target=//:a`,
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%q", lines)
	}
	for i, line := range lines {
		if !strings.HasSuffix(line, want[i]) {
			t.Errorf("%s\nnot\n%s", line, want[i])
		}
	}
}
