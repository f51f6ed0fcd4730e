package gazelle_ext

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"os/exec"
)

// Gazelle writes files after the last call of an extension, and exits with 0 whatever
// the extension knows. So in a run with errors a second process, of the same program and
// with the same arguments, writes what the errors do not concern; the first one waits for
// it, and exits with 1.

// secondEnv is set for the second process, and leftOutEnv to the dependencies that it
// leaves out: which close cycles shows when all are known, and rules are made before.
const (
	secondEnv  = "RULES_XDIST_GAZELLE_WRITES"
	leftOutEnv = "RULES_XDIST_GAZELLE_LEAVES_OUT"
)

func isSecond() bool { return os.Getenv(secondEnv) != "" }

// muteSecond silences the second process as long as it repeats what the first has logged.
func muteSecond() {
	if isSecond() {
		log.SetOutput(io.Discard)
	}
}

// AfterResolvingDeps is the last call before Gazelle writes files.
func (x *xdist) AfterResolvingDeps(ctx context.Context) {
	if isSecond() {
		log.SetOutput(os.Stderr)
		return
	}
	x.unresolved.tell(&x.report)
	x.report.add(x.cycles.errors(x.survey.homeOf, x.survey.isPresentDependency)...)
	x.report.print()
	switch {
	case x.report.stopped:
		log.Print("no BUILD file was changed")
	case x.report.failed:
		log.Print("what these errors do not concern is written, the rest stays as it was")
		writeBySecond(ctx, x.cycles.leftOut)
	default:
		return
	}
	os.Exit(1)
}

// writeBySecond lets a second process write the files.
func writeBySecond(ctx context.Context, without leftOut) {
	program, err := os.Executable()
	if err != nil {
		log.Fatalf("no BUILD file was changed: %v", err)
	}
	second := exec.CommandContext(ctx, program, os.Args[1:]...)
	second.Env = append(os.Environ(), secondEnv+"=1", leftOutEnv+"="+without.String())
	second.Stdin, second.Stdout, second.Stderr = os.Stdin, os.Stdout, os.Stderr
	var exit *exec.ExitError
	// -mode=diff exits with 1 where files differ.
	if err := second.Run(); errors.As(err, &exit) && exit.ExitCode() != 1 || err != nil && exit == nil {
		log.Fatalf("%s, started again to write the BUILD files: %v", program, err)
	}
}
