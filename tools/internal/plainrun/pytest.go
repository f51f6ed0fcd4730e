package plainrun

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed plainrun_events.py
var eventsPlugin string

const eventsModule = "plainrun_events"

// Pytest runs the suite by pytest.
func (s Suite) Pytest(ctx context.Context) (Plain, error) {
	if err := os.MkdirAll(s.Scratch, 0o755); err != nil {
		return Plain{}, err
	}
	if err := os.WriteFile(filepath.Join(s.Scratch, eventsModule+".py"), []byte(eventsPlugin), 0o644); err != nil {
		return Plain{}, err
	}
	return s.repeat(ctx, s.pytestOnce)
}

// pytestOnce runs the tests but those of the given names.
func (s Suite) pytestOnce(ctx context.Context, ran []string) (attempt, error) {
	leftOut := filepath.Join(s.Scratch, "left_out")
	if err := os.WriteFile(leftOut, []byte(strings.Join(ran, "\n")), 0o644); err != nil {
		return nil, err
	}
	args := append([]string{"python3", "-m", "pytest", "-p", eventsModule}, s.Args...)
	if len(ran) > 0 {
		args = append(args, "--continue-on-collection-errors")
	}
	c := contained{
		folder: s.Folder,
		args:   args,
		env: append(s.Env, "PYTHONHASHSEED=0", "PYTHONPATH="+s.pythonPath(),
			"PLAINRUN_EVENTS="+strconv.Itoa(eventsDescriptor), "PLAINRUN_LEFT_OUT="+leftOut),
		limit: s.Limit,
	}
	session := newPytestSession()
	end, err := c.run(ctx, session.read)
	if err != nil {
		return nil, fmt.Errorf("pytest in %s: %w", s.Folder, err)
	}
	session.code = end.code
	if session.ended && end.code == lost {
		session.code = session.status
	}
	session.said = end.output
	return session, nil
}

func (s Suite) pythonPath() string {
	path := s.Scratch
	for _, entry := range s.Env {
		if more, ok := strings.CutPrefix(entry, "PYTHONPATH="); ok && more != "" {
			path += ":" + more
		}
	}
	return path
}
