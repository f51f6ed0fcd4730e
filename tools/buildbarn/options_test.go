package main

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/internal/clustertest"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/queue"
)

// parsed are the options of a command line, checked.
func parsed(t *testing.T, args ...string) (host, error) {
	t.Helper()
	var options serveOptions
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	options.register(flags)
	if err := flags.Parse(append([]string{"--dir=/somewhere"}, args...)); err != nil {
		t.Fatal(err)
	}
	return options.check()
}

func TestOptions(t *testing.T) {
	for _, test := range []struct {
		args  []string
		pools []queue.Pool
		bytes int64
	}{
		{[]string{"--pool=default=4", "--pool=serial=1"}, []queue.Pool{{Name: "default", Concurrency: 4}, {Name: "serial", Concurrency: 1}}, 10 << 30},
		{[]string{"--pool=gpu-a.1_b=4096", "--cache-size=128MiB"}, []queue.Pool{{Name: "gpu-a.1_b", Concurrency: 4096}}, 128 << 20},
		{[]string{"--pool=default=1", "--cache-size=1g", "--listen=[::1]:0", "--status=localhost:0"}, []queue.Pool{{Name: "default", Concurrency: 1}}, 1 << 30},
	} {
		got, err := parsed(t, test.args...)
		if err != nil {
			t.Errorf("%s: %v", test.args, err)
			continue
		}
		if len(got.pools) != len(test.pools) || got.storeBytes+got.sharedBytes != test.bytes {
			t.Errorf("%s: %+v", test.args, got)
		}
		for i, pool := range test.pools {
			if got.pools[i] != pool {
				t.Errorf("%s: pool %+v, not %+v", test.args, got.pools[i], pool)
			}
		}
	}
}

// A cluster without --pool takes tests of all kinds.
func TestDefaultPools(t *testing.T) {
	got, err := parsed(t)
	if err != nil || len(got.pools) != 2 || got.pools[0].Name != "default" || got.pools[1] != (queue.Pool{Name: "serial", Concurrency: 1}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestOptionsAreRefused(t *testing.T) {
	for _, test := range []struct{ arg, want string }{
		{"--dir=", "--dir: must be given"},
		{"--pool=default", "--pool default: must be NAME=N, N from 1 to 4096"},
		{"--pool=default=0", "--pool default=0: must be NAME=N"},
		{"--pool=default=4097", "--pool default=4097: must be NAME=N"},
		{"--pool=default=two", "--pool default=two: must be NAME=N"},
		{"--pool==2", "--pool =2: must be NAME=N"},
		{"--pool=a/b=2", "--pool a/b=2: must be NAME=N"},
		{"--pool=serial=2", `--pool serial=2: the actions of "serial" are alone on their host`},
		{"--cache-size=1MiB", "--cache-size 1MiB: must be a size of at least 128MiB"},
		{"--cache-size=-1", "--cache-size -1: must be a size"},
		{"--cache-size=much", "--cache-size much: must be a size"},
		{"--cache-size=99999999999TiB", "--cache-size 99999999999TiB: must be a size"},
		{"--isolation=some", "--isolation some: must be one of auto, full, none"},
		{"--memory=-1", "--memory -1: must be a size"},
		{"--output-size=big", "--output-size big: must be a size"},
		{"--processes=-1", "--processes -1: must be 0 or more"},
		{"--listen=8980", "--listen 8980: must be HOST:PORT"},
		{"--listen=0.0.0.0:8980", "--listen 0.0.0.0:8980: other machines reach this address: whoever reaches it may run commands here"},
		{"--listen=:8980", "--listen :8980: other machines reach this address"},
		{"--listen=build.example:8980", "--listen build.example:8980: other machines reach this address"},
		{"--status=0.0.0.0:8981", "--status 0.0.0.0:8981: other machines reach this address: the page asks nobody who they are"},
		{"--tls-key=k.pem", "--tls-certificate, --tls-key, --tls-ca: must be given all three, or none"},
	} {
		if _, err := parsed(t, test.arg); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v, not %s", test.arg, err, test.want)
		}
	}
	if _, err := parsed(t, "--pool=a=1", "--pool=a=2"); err == nil || err.Error() != `--pool a=2: pool "a" stands there twice` {
		t.Error(err)
	}
}

// All that is wrong is told in one run, before anything begins.
func TestAllErrorsInOneRun(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		args []string
		want []string
	}{
		{
			[]string{"--pool=a=0", "--pool=serial=9", "--cache-size=1", "--listen=0.0.0.0:1", "--status=x", "--tls-key=k"},
			[]string{"--pool a=0:", "--pool serial=9:", "--cache-size 1:", "--listen 0.0.0.0:1:", "--status x:", "--tls-certificate, --tls-key, --tls-ca: must"},
		},
		{[]string{"worker", "--pool=a=0", "--scheduler=x"}, []string{"--pool a=0:", "--scheduler x:"}},
		{[]string{"--no-such-flag"}, []string{"--no-such-flag"}},
		{[]string{"worker", "--drain-timeout=soon"}, []string{"--drain-timeout"}},
		{[]string{"argument"}, []string{"argument"}},
		{[]string{"worker", "argument"}, []string{"argument"}},
	} {
		command := clustertest.Command(t, append(test.args, "--dir="+dir+"/state")...)
		out, err := command.CombinedOutput()
		if command.ProcessState.ExitCode() != exitUsage {
			t.Errorf("%s: %v, not exit code %d\n%s", test.args, err, exitUsage, out)
		}
		for _, want := range test.want {
			if strings.Count(string(out), want) != 1 {
				t.Errorf("%s: not told once of %q:\n%s", test.args, want, out)
			}
		}
	}
	if exists(dir + "/state") {
		t.Error("something was made all the same")
	}
}
