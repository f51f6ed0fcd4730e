package process

import (
	"context"
	"strings"
	"testing"
	"time"
)

func shell(script string, output *strings.Builder) Command {
	return Command{Path: "/bin/sh", Args: []string{"-c", script}, Dir: "/", Env: []string{"GREETING=hello"}, Stdout: output, Stderr: output}
}

func TestRun(t *testing.T) {
	tests := []struct {
		script string
		code   int
		output string
	}{
		{"exit 0", 0, ""},
		{"exit 3", 3, ""},
		{"kill -9 $$", 137, ""},
		{"echo $GREETING $PWD; echo wrong >&2; cat", 0, "hello /\nwrong\n"},
	}
	for _, test := range tests {
		t.Run(test.script, func(t *testing.T) {
			var output strings.Builder
			code, err := System{}.Run(context.Background(), shell(test.script, &output))
			if err != nil || code != test.code || output.String() != test.output {
				t.Errorf("got %d, %v, output %q", code, err, output.String())
			}
		})
	}
}

func TestNoProgram(t *testing.T) {
	if _, err := (System{}).Run(context.Background(), Command{Path: "/nowhere/bazel"}); err == nil || !strings.HasPrefix(err.Error(), "/nowhere/bazel: ") {
		t.Errorf("got %v", err)
	}
}

func TestContextTerminates(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	var output strings.Builder
	code, err := System{}.Run(ctx, shell(`trap 'exit 8' TERM; sleep 20 >/dev/null 2>&1 & wait`, &output))
	if err != nil || code != 8 {
		t.Errorf("got %d, %v", code, err)
	}
}
