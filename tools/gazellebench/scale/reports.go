package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rules-xdist/rules_xdist/tools/gazellebench/corpus"
)

const testsInReport = 10

// peerOfReports is what a script would read all reports with.
const peerOfReports = `import sys, xml.etree.ElementTree as ET
n = sum(len(ET.parse(f.strip()).findall(".//testcase")) for f in open(sys.argv[1]))
print(n, "passed")`

// standIn is a Bazel that has run the tests already.
const standIn = `#!/bin/sh
for arg; do
  case $arg in --build_event_json_file=*) ln -s "$PWD/stream.json" "${arg#*=}" ;; esac
done
`

// reportCosts are what xdist, and what a script in Python takes over the same reports.
type reportCosts struct {
	cpu, peerCPU           float64
	maxBytes, peerMaxBytes float64
}

// reports measures xdist with a Bazel that costs nothing and leaves a report for each test
// file.
func (b bench) reports(ctx context.Context, workspace string, files int) (reportCosts, error) {
	var costs reportCosts
	if err := writeReports(workspace, files); err != nil {
		return costs, err
	}
	xdist := filepath.Join(workspace, "xdist")
	build := exec.CommandContext(ctx, "go", "build", "-o", xdist, "./tools/xdist")
	build.Dir = b.repository
	if output, err := build.CombinedOutput(); err != nil {
		return costs, fmt.Errorf("go build ./tools/xdist: %w\n%s", err, output)
	}
	var ours, peer []reportRun
	for range b.rounds {
		a, err := passes(ctx, workspace, files, xdist, "--no-gazelle")
		if err != nil {
			return costs, err
		}
		b, err := passes(ctx, workspace, files, "python3", "-c", peerOfReports, "reports.txt")
		if err != nil {
			return costs, err
		}
		ours, peer = append(ours, a), append(peer, b)
	}
	costs.cpu, costs.maxBytes = cpuAndMemory(ours)
	costs.peerCPU, costs.peerMaxBytes = cpuAndMemory(peer)
	return costs, nil
}

// passes runs a program that is to say that all tests passed.
func passes(ctx context.Context, folder string, files int, program string, args ...string) (reportRun, error) {
	command := exec.CommandContext(ctx, program, args...)
	command.Dir = folder
	command.Env = append(os.Environ(), "BAZEL_REAL="+filepath.Join(folder, "bazel"))
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		return reportRun{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	r, err := watch(command.Process.Pid, ended)
	if err == nil && !strings.Contains(output.String(), strconv.Itoa(files*testsInReport)+" passed") {
		err = errors.New("does not say that all tests passed")
	}
	if err != nil {
		return r, fmt.Errorf("%s: %w\n%.2000s", program, err, output.String())
	}
	r.cpu = (command.ProcessState.UserTime() + command.ProcessState.SystemTime()).Seconds()
	return r, nil
}

// reportRun is what one program took.
type reportRun struct{ cpu, maxBytes float64 }

// watch looks at a process's memory until it has ended. What the operating system tells
// at the end is no less than what this program held when it started the process.
func watch(pid int, ended <-chan error) (reportRun, error) {
	var r reportRun
	for {
		select {
		case err := <-ended:
			return r, err
		case <-time.After(5 * time.Millisecond):
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			if err == nil {
				r.maxBytes = max(r.maxBytes, peak(string(status)))
			}
		}
	}
}

// peak returns the greatest size that a process had, in bytes, from what /proc says of it.
func peak(status string) float64 {
	_, after, _ := strings.Cut(status, "VmHWM:")
	var kilobytes float64
	_, _ = fmt.Sscan(after, &kilobytes)
	return kilobytes * 1024
}

func cpuAndMemory(runs []reportRun) (cpu, maxBytes float64) {
	var cpus, peaks []float64
	for _, run := range runs {
		cpus, peaks = append(cpus, run.cpu), append(peaks, run.maxBytes)
	}
	return median(cpus), median(peaks)
}

// writeReports makes a workspace with a report for each test file, the event stream that
// names them, and the Bazel that has told it.
func writeReports(workspace string, files int) error {
	contents := map[string]string{"MODULE.bazel": ""}
	stream := []string{`{"id":{"started":{}},"started":{"startTimeMillis":"1767225600000","command":"test"}}`}
	var list strings.Builder
	for i := range files {
		label := fmt.Sprintf("//tests/team_%05d:test_feature", i)
		name := fmt.Sprintf("testlogs/tests/team_%05d/test_feature/test.xml", i)
		contents[name] = reportOf(i)
		fmt.Fprintln(&list, name)
		stream = append(stream,
			fmt.Sprintf(`{"id":{"targetConfigured":{"label":%q}},"children":[{"targetCompleted":{"label":%[1]q}}],"configured":{"targetKind":"py_test rule","testSize":"MEDIUM"}}`, label),
			fmt.Sprintf(`{"id":{"targetCompleted":{"label":%q}},"children":[{"testResult":{"label":%[1]q,"run":1,"shard":1,"attempt":1}},{"testSummary":{"label":%[1]q}}],"completed":{"success":true,"testTimeout":"300s"}}`, label),
			fmt.Sprintf(`{"id":{"testResult":{"label":%q,"run":1,"shard":1,"attempt":1}},"testResult":{"testActionOutput":[{"name":"test.xml","uri":"file://%s"}],"testAttemptDurationMillis":"51","status":"PASSED","executionInfo":{"strategy":"linux-sandbox"}}}`, label, filepath.Join(workspace, name)))
	}
	stream = append(stream, `{"id":{"buildFinished":{}},"finished":{"overallSuccess":true,"finishTimeMillis":"1767225700000","exitCode":{"name":"SUCCESS"}},"lastMessage":true}`)
	contents["stream.json"] = strings.Join(stream, "\n") + "\n"
	contents["reports.txt"] = list.String()
	contents["bazel"] = standIn
	if err := corpus.Write(workspace, contents); err != nil {
		return err
	}
	return os.Chmod(filepath.Join(workspace, "bazel"), 0o755)
}

// reportOf is the report of test file i as the pytest plugin writes it.
func reportOf(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="0" skipped="0" tests="%d" time="0.213">`, testsInReport)
	for test := range testsInReport {
		fmt.Fprintf(&b, `<testcase classname="tests.team_%05d.test_feature" name="test_%d" time="0.002"><properties><property name="nodeid" value="tests/team_%05[1]d/test_feature.py::test_%[2]d"/><property name="unit" value="tests/team_%05[1]d/test_feature.py::test_%[2]d"/></properties></testcase>`, i, test)
	}
	b.WriteString("</testsuite></testsuites>")
	return b.String()
}
