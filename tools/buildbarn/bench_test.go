package main

import (
	"fmt"
	"os/exec"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/internal/clustertest"
)

// What an action costs beyond its command: compare "executed" with "plain", which is the same
// command without a cluster. "1000 inputs" are files that its worker has by then.
//
//	go -C tools/buildbarn test -run '^$' -bench Action -benchtime 200x .
func BenchmarkAction(b *testing.B) {
	client := clustertest.Start(b).Client()
	var number atomic.Int64
	// Each is another action, of which no result is cached.
	next := func() clustertest.Action {
		return clustertest.Action{Arguments: []string{"/bin/true", strconv.FormatInt(number.Add(1), 10)}}
	}
	executes := func(b *testing.B, action func() clustertest.Action, cached bool) {
		for b.Loop() {
			response, err := client.Execute(b.Context(), action())
			if err != nil || response.GetResult().GetExitCode() != 0 || response.GetCachedResult() != cached {
				b.Fatalf("%v, %v", response, err)
			}
		}
	}
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			if err := exec.Command("/bin/true").Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("executed", func(b *testing.B) { executes(b, next, false) })
	b.Run("1000 inputs", func(b *testing.B) {
		inputs := map[string]string{}
		for i := range 1000 {
			inputs[fmt.Sprintf("input%d", i)] = strconv.Itoa(i)
		}
		withInputs := func() clustertest.Action {
			action := next()
			action.Inputs = inputs
			return action
		}
		execute(b, client, withInputs())
		executes(b, withInputs, false)
	})
	b.Run("cached", func(b *testing.B) {
		same := next()
		execute(b, client, same)
		executes(b, func() clustertest.Action { return same }, true)
	})
}
