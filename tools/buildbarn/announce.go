package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/buildbarn/bb-storage/pkg/program"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/page"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/queue"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/sandbox"
)

// announcement is what people and scripts need to know of a cluster that is ready.
type announcement struct {
	url, toolchain string
	pools          []queue.Pool
	isolated       sandbox.Capabilities
	// status is the URL of the status page.
	status string
}

func (a announcement) line() string {
	var pools []string
	for _, pool := range a.pools {
		pools = append(pools, fmt.Sprintf("%s=%d", pool.Name, pool.Concurrency))
	}
	return fmt.Sprintf("buildbarn: ready: bazel test --config=remote --remote_executor=%s %s //... (pools: %s; status: %s)",
		a.url, a.toolchainFlag(), strings.Join(pools, ", "), a.status)
}

// facts are for the status page.
func (a announcement) facts() []page.Fact {
	facts := []page.Fact{
		{Name: "Address", Value: a.url},
		{Name: "Toolchain", Value: a.toolchain},
	}
	for _, property := range a.isolated {
		state := "isolated: "
		if !property.Isolated {
			state = "NOT isolated: "
		}
		facts = append(facts, page.Fact{Name: "Actions' " + property.Name, Value: state + property.How})
	}
	return append(facts, versions()...)
}

// toolchainFlag is a property of all actions, those that run in pools of other names among
// them: Bazel adds a target's own properties to these.
func (a announcement) toolchainFlag() string {
	return "--remote_default_exec_properties=toolchain=" + a.toolchain
}

func (a announcement) bazelrc() string {
	return "# Written by buildbarn, for as long as it runs.\n" +
		"common:remote --remote_executor=" + a.url + "\n" +
		"common:remote-cache --remote_cache=" + a.url + "\n" +
		"common:remote " + a.toolchainFlag() + "\n" +
		"common:remote-cache " + a.toolchainFlag() + "\n"
}

// write makes the file, whole at once, and removes it when the group is told to end.
func (a announcement) write(name string, group program.Group) error {
	if name == "" {
		return nil
	}
	temporary := name + ".new"
	if err := os.WriteFile(temporary, []byte(a.bazelrc()), 0o644); err != nil {
		return err
	}
	if err := os.Rename(temporary, name); err != nil {
		return err
	}
	group.Go(func(ctx context.Context, _, _ program.Group) error {
		<-ctx.Done()
		return os.Remove(name)
	})
	return nil
}
