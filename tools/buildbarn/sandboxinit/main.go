//go:build linux

// Command sandboxinit is the first process of an action's sandbox, and nothing else. The
// server itself can be that as well, but takes several times as long to start.
package main

import (
	"fmt"
	"os"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/sandbox"
)

func main() {
	sandbox.Main()
	fmt.Fprintln(os.Stderr, "sandboxinit: only a sandbox starts this")
	os.Exit(2)
}
