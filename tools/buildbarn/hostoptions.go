package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/spf13/pflag"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/cluster"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/queue"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/sandbox"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/worker"
)

// hostOptions are those of a process that runs actions, as they were written.
type hostOptions struct {
	dir       string
	pools     []string
	cacheSize string
	tls       cluster.TLS
	drain     time.Duration

	isolation          string
	memory, outputSize string
	processes          int64
}

// What --isolation may be.
const (
	isolationAuto = "auto"
	isolationFull = "full"
	isolationNone = "none"
)

func (o *hostOptions) register(flags *pflag.FlagSet) {
	flags.StringVar(&o.dir, "dir", defaultDir(), "folder for what the cluster keeps; one process at a time uses it")
	flags.StringArrayVar(&o.pools, "pool", nil, "NAME=N: a pool of workers and how many actions it runs at one time; can be given several times\n"+
		`(default "default=`+strconv.Itoa(runtime.NumCPU())+`" and "serial=1")`)
	flags.StringVar(&o.cacheSize, "cache-size", "10GiB", "how much of the disk is taken at most: a quarter by files that actions share, the rest by the cache")
	flags.StringVar(&o.isolation, "isolation", isolationAuto, "how actions are kept apart: auto is what this machine allows, full refuses to start with less than all,\nnone is only to find out what isolation does")
	flags.StringVar(&o.memory, "memory", "0", "how much memory an action may use; 0 is no limit")
	flags.Int64Var(&o.processes, "processes", 4096, "how many processes and threads an action may have; 0 is no limit")
	flags.StringVar(&o.outputSize, "output-size", "4GiB", "how large a file that an action writes may be, and all of its /tmp; 0 is no limit")
	flags.DurationVar(&o.drain, "drain-timeout", time.Minute, "how long actions may go on at the end, after SIGTERM or ctrl-C")
	flags.StringVar(&o.tls.Certificate, "tls-certificate", "", "file with this side's certificate, in PEM format")
	flags.StringVar(&o.tls.Key, "tls-key", "", "file with this side's private key")
	flags.StringVar(&o.tls.Authority, "tls-ca", "", "file with the certificates of the authorities that sign the other side's")
}

// defaultDir is empty where the machine has no such folder: --dir is needed then.
func defaultDir() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "rules_xdist", "buildbarn")
}

// host is what a process that runs actions is to be, checked.
type host struct {
	pools []queue.Pool
	// storeBytes are for the store, sharedBytes for input files that actions share.
	storeBytes, sharedBytes int64
	sandbox                 sandbox.Options
	// isolated is what the machine allows.
	isolated sandbox.Capabilities
}

// minCacheBytes is the least for a store, and files beside it.
const minCacheBytes = 128 << 20

func (o hostOptions) check() (host, []error) {
	var errs []error
	if o.dir == "" {
		errs = append(errs, errors.New("--dir: must be given, as this machine has no cache folder: neither HOME nor XDG_CACHE_HOME is set"))
	}
	pools, wrong := parsePools(o.pools)
	errs = append(errs, wrong...)
	bytes, err := parseSize("cache-size", o.cacheSize, minCacheBytes)
	errs = append(errs, err)
	options, wrong := o.sandboxOptions()
	errs = append(errs, append(wrong, checkTLS(o.tls)...)...)
	return host{pools: pools, storeBytes: bytes / 4 * 3, sharedBytes: bytes / 4, sandbox: options}, errs
}

func (o hostOptions) sandboxOptions() (sandbox.Options, []error) {
	var errs []error
	if modes := []string{isolationAuto, isolationFull, isolationNone}; !slices.Contains(modes, o.isolation) {
		errs = append(errs, fmt.Errorf("--isolation %s: must be one of %s", o.isolation, strings.Join(modes, ", ")))
	}
	memory, err := parseSize("memory", o.memory, 0)
	errs = append(errs, err)
	output, err := parseSize("output-size", o.outputSize, 0)
	errs = append(errs, err)
	if o.processes < 0 {
		errs = append(errs, fmt.Errorf("--processes %d: must be 0 or more", o.processes))
	}
	return sandbox.Options{
		Dir:     o.dir,
		Init:    sandboxInit(),
		Limits:  sandbox.Limits{MemoryBytes: memory, Processes: o.processes, OutputBytes: output},
		Without: o.isolation == isolationNone,
	}, errs
}

// sandboxInit is the program beside this one, if it was built with it.
func sandboxInit() string {
	program, err := os.Executable()
	if err != nil {
		return ""
	}
	beside := filepath.Join(filepath.Dir(program), "sandboxinit")
	if _, err := os.Stat(beside); err != nil {
		return ""
	}
	return beside
}

func parsePools(given []string) (pools []queue.Pool, errs []error) {
	if len(given) == 0 {
		given = []string{fmt.Sprintf("%s=%d", queue.DefaultPool, runtime.NumCPU()), worker.AlonePool + "=1"}
	}
	seen := map[string]bool{}
	for _, text := range given {
		pool, err := parsePool(text)
		if err == nil && seen[pool.Name] {
			err = fmt.Errorf("--pool %s: pool %q stands there twice", text, pool.Name)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		seen[pool.Name] = true
		pools = append(pools, pool)
	}
	return pools, errs
}

var poolName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// What a machine could ever run at one time; beyond it there is a typing error.
const maxConcurrency = 1 << 12

func parsePool(text string) (queue.Pool, error) {
	name, number, _ := strings.Cut(text, "=")
	concurrency, err := strconv.Atoi(number)
	if err != nil || concurrency < 1 || concurrency > maxConcurrency || !poolName.MatchString(name) {
		return queue.Pool{}, fmt.Errorf("--pool %s: must be NAME=N, N from 1 to %d", text, maxConcurrency)
	}
	if name == worker.AlonePool && concurrency > 1 {
		return queue.Pool{}, fmt.Errorf("--pool %s: the actions of %q are alone on their host, so N must be 1", text, name)
	}
	return queue.Pool{Name: name, Concurrency: concurrency}, nil
}

// parseSize reads 512MiB, 10g and the like; units are powers of 1024.
func parseSize(flag, text string, least int64) (int64, error) {
	bytes, err := units.RAMInBytes(text)
	if err != nil || bytes < least || bytes == math.MaxInt64 {
		return 0, fmt.Errorf("--%s %s: must be a size of at least %s, such as 10GiB", flag, text, units.BytesSize(float64(least)))
	}
	return bytes, nil
}
