//go:build linux

package sandbox

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// BenchmarkAction runs an action that does nothing, in turn by itself and in a sandbox, so
// that the ratio is that of one machine at one time. SANDBOX_BENCH_INIT in the environment
// names the init, by default this program.
func BenchmarkAction(b *testing.B) {
	dir := b.TempDir()
	root := filepath.Join(dir, "root")
	if err := os.Mkdir(root, 0o777); err != nil {
		b.Fatal(err)
	}
	s, err := New(b.Context(), Options{Dir: dir, Init: os.Getenv("SANDBOX_BENCH_INIT"), Limits: Limits{1 << 30, 1000, 1 << 30}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var plain, sandboxed, plainCPU, sandboxedCPU time.Duration
	for b.Loop() {
		start, cpu := time.Now(), childrenCPU(b)
		if err := exec.Command("/bin/true").Run(); err != nil {
			b.Fatal(err)
		}
		between, cpuBetween := time.Now(), childrenCPU(b)
		p, err := s.Command(b.Context(), Action{InputRoot: root, Arguments: []string{"/bin/true"}})
		if err != nil {
			b.Fatal(err)
		}
		p.Env = []string{}
		if err := p.Run(); err != nil {
			b.Fatal(err)
		}
		if _, err := p.Close(); err != nil {
			b.Fatal(err)
		}
		plain += between.Sub(start)
		sandboxed += time.Since(between)
		plainCPU += cpuBetween - cpu
		sandboxedCPU += childrenCPU(b) - cpuBetween
	}
	b.ReportMetric(plain.Seconds()*1000/float64(b.N), "ms/plain")
	b.ReportMetric(sandboxed.Seconds()*1000/float64(b.N), "ms/sandboxed")
	b.ReportMetric(sandboxed.Seconds()/plain.Seconds(), "ratio")
	// What a busy machine does not falsify.
	b.ReportMetric(plainCPU.Seconds()*1000/float64(b.N), "cpu-ms/plain")
	b.ReportMetric(sandboxedCPU.Seconds()*1000/float64(b.N), "cpu-ms/sandboxed")
}

func childrenCPU(b *testing.B) time.Duration {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_CHILDREN, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
