package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/spf13/pflag"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/cluster"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/queue"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/store"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/worker"
)

// hostOptions are those of a process that runs actions.
type hostOptions struct {
	dir   string
	pools []string
	tls   cluster.TLS
	drain time.Duration
}

func (o *hostOptions) register(flags *pflag.FlagSet) {
	flags.StringVar(&o.dir, "dir", defaultDir(), "folder for what the cluster keeps; one process at a time uses it")
	flags.StringArrayVar(&o.pools, "pool", nil, "NAME=N: a pool of workers and how many actions it runs at one time; can be given several times\n"+
		`(default "default=`+strconv.Itoa(runtime.NumCPU())+`" and "serial=1")`)
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

// serveOptions are those of the server, as they were written.
type serveOptions struct {
	hostOptions
	listen, status string
	cacheSize      string
	bazelrc        string
}

func (o *serveOptions) register(flags *pflag.FlagSet) {
	o.hostOptions.register(flags)
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8980", "HOST:PORT for Bazel; port 0 is any free one")
	flags.StringVar(&o.status, "status", "127.0.0.1:8981", "HOST:PORT of the status page and of /metrics, on loopback")
	flags.StringVar(&o.cacheSize, "cache-size", "10GiB", "how much of the disk the cache takes at most")
	flags.StringVar(&o.bazelrc, "bazelrc", "", "file to write as soon as the cluster is ready, for `bazel --bazelrc=FILE test --config=remote`;\nit has the address and the machine's toolchain, and is removed at the end")
}

func (o hostOptions) check() (pools []queue.Pool, errs []error) {
	if o.dir == "" {
		errs = append(errs, errors.New("--dir: must be given, as this machine has no cache folder: neither HOME nor XDG_CACHE_HOME is set"))
	}
	given := o.pools
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
	return pools, append(errs, checkTLS(o.tls)...)
}

func checkTLS(of cluster.TLS) []error {
	if of == (cluster.TLS{}) {
		return nil
	}
	if !of.Secured() {
		return []error{errors.New("--tls-certificate, --tls-key, --tls-ca: must be given all three, or none")}
	}
	var errs []error
	if _, err := tls.LoadX509KeyPair(of.Certificate, of.Key); err != nil {
		errs = append(errs, fmt.Errorf("--tls-certificate %s, --tls-key %s: %w", of.Certificate, of.Key, err))
	}
	authorities, err := os.ReadFile(of.Authority)
	if err == nil && !x509.NewCertPool().AppendCertsFromPEM(authorities) {
		err = errors.New("must have certificates in PEM format")
	}
	if err != nil {
		errs = append(errs, fmt.Errorf("--tls-ca %s: %w", of.Authority, err))
	}
	return errs
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

// checkAddress refuses one that other machines reach, unless that is secured.
func checkAddress(flag, address string, secured bool, rule string) error {
	loopback, err := cluster.IsLoopback(address)
	if err != nil {
		return fmt.Errorf("--%s %s: %w", flag, address, err)
	}
	if loopback || secured {
		return nil
	}
	return fmt.Errorf("--%s %s: other machines reach this address: %s", flag, address, rule)
}

// served is what a server is to be, checked.
type served struct {
	pools      []queue.Pool
	cacheBytes int64
}

func (o serveOptions) check() (served, error) {
	pools, errs := o.hostOptions.check()
	bytes, err := parseSize("cache-size", o.cacheSize, store.MinBytes)
	errs = append(errs, err)
	errs = append(errs,
		checkAddress("listen", o.listen, o.tls.Secured(),
			"whoever reaches it may run commands here, so it takes --tls-certificate, --tls-key and --tls-ca"),
		checkAddress("status", o.status, false, "the page asks nobody who they are, so it must be on loopback"))
	return served{pools, bytes}, errors.Join(errs...)
}
