package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/cluster"
)

// serveOptions are those of the server, as they were written.
type serveOptions struct {
	hostOptions
	listen, status string
	bazelrc        string
}

func (o *serveOptions) register(flags *pflag.FlagSet) {
	o.hostOptions.register(flags)
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8980", "HOST:PORT for Bazel; port 0 is any free one")
	flags.StringVar(&o.status, "status", "127.0.0.1:8981", "HOST:PORT of the status page and of /metrics, on loopback")
	flags.StringVar(&o.bazelrc, "bazelrc", "", "file to write as soon as the cluster is ready, for `bazel --bazelrc=FILE test --config=remote`;\nit has the address and the machine's toolchain, and is removed at the end")
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

func (o serveOptions) check() (host, error) {
	checked, errs := o.hostOptions.check()
	errs = append(errs,
		checkAddress("listen", o.listen, o.tls.Secured(),
			"whoever reaches it may run commands here, so it takes --tls-certificate, --tls-key and --tls-ca"),
		checkAddress("status", o.status, false, "the page asks nobody who they are, so it must be on loopback"))
	return checked, errors.Join(errs...)
}
