package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/internal/clustertest"
)

// authority signs certificates, in files of a folder.
type authority struct {
	dir         string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string) authority {
	t.Helper()
	a := authority{dir: t.TempDir()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.certificate, a.key = a.create(t, "authority", template, nil)
	return a
}

// issue makes NAME.pem and NAME.key, for either side of a connection to loopback.
func (a authority) issue(t *testing.T, name string) {
	t.Helper()
	a.create(t, name, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.certificate)
}

// create signs by itself what has no parent.
func (a authority) create(t *testing.T, name string, template, parent *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	signer := a.key
	if parent == nil {
		parent, signer = template, key
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	check(t, err)
	encodedKey, err := x509.MarshalPKCS8PrivateKey(key)
	check(t, err)
	a.write(t, name+".pem", "CERTIFICATE", signed)
	a.write(t, name+".key", "PRIVATE KEY", encodedKey)
	certificate, err := x509.ParseCertificate(signed)
	check(t, err)
	return certificate, key
}

func (a authority) write(t *testing.T, name, kind string, content []byte) {
	t.Helper()
	check(t, os.WriteFile(a.file(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600))
}

func (a authority) file(name string) string { return filepath.Join(a.dir, name) }

// flags make the program show a certificate, and ask for one of this authority.
func (a authority) flags(name string) []string {
	return []string{
		"--tls-certificate=" + a.file(name+".pem"), "--tls-key=" + a.file(name+".key"), "--tls-ca=" + a.file("authority.pem"),
	}
}

// trusting is how a client, with such certificates, trusts the authority.
func (a authority) trusting(certificates ...tls.Certificate) grpc.DialOption {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: pool, Certificates: certificates}))
}

func (a authority) load(t *testing.T, name string) tls.Certificate {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(a.file(name+".pem"), a.file(name+".key"))
	check(t, err)
	return pair
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A secured cluster serves whom its authority knows, workers of other processes among them.
func TestTLS(t *testing.T) {
	ours, theirs := newAuthority(t, "ours"), newAuthority(t, "theirs")
	for _, name := range []string{"server", "client", "worker"} {
		ours.issue(t, name)
	}
	theirs.issue(t, "client")
	cluster := clustertest.Start(t, append(ours.flags("server"), "--listen=0.0.0.0:0", "--pool=default=1")...)
	if !strings.Contains(cluster.Log(), "--remote_executor=grpcs://") {
		t.Errorf("the ready line has no grpcs URL:\n%s", cluster.Log())
	}
	_, port, err := net.SplitHostPort(cluster.Address)
	check(t, err)
	cluster.Address = net.JoinHostPort("127.0.0.1", port)

	known := cluster.Client(ours.trusting(ours.load(t, "client")))
	capabilities, err := known.Capabilities(t.Context())
	if err != nil || !capabilities.GetExecutionCapabilities().GetExecEnabled() {
		t.Errorf("a client with a certificate: %v, %v", capabilities, err)
	}
	execute(t, known, clustertest.Shell("true"))

	for name, option := range map[string]grpc.DialOption{
		"without a certificate":      ours.trusting(),
		"of another authority":       ours.trusting(theirs.load(t, "client")),
		"without TLS":                grpc.WithTransportCredentials(insecure.NewCredentials()),
		"that trusts another server": theirs.trusting(ours.load(t, "client")),
	} {
		if got, err := cluster.Client(option).Capabilities(t.Context()); status.Code(err) != codes.Unavailable && status.Code(err) != codes.Unauthenticated {
			t.Errorf("a client %s: %v, %v", name, got, err)
		}
	}

	clustertest.StartWorker(t, append(ours.flags("worker"), "--scheduler="+cluster.Address, "--pool=remote=1")...)
	far := clustertest.Shell("true")
	far.Properties = map[string]string{"pool": "remote"}
	clustertest.WaitFor(t, "an action on the other process", func() bool {
		_, err := known.Execute(t.Context(), far)
		return err == nil
	})
}

// Files that are not there, or are not what they should be, are told all, by flag and name.
func TestTLSFiles(t *testing.T) {
	ours := newAuthority(t, "ours")
	ours.issue(t, "server")
	check(t, os.WriteFile(ours.file("text.pem"), []byte("no certificate\n"), 0o600))
	flags := ours.flags("server")
	for _, name := range []string{"missing.pem", "text.pem"} {
		file := ours.file(name)
		for i, flag := range []string{"--tls-certificate", "--tls-key", "--tls-ca"} {
			args := slices.Clone(flags)
			args[i] = flag + "=" + file
			if _, err := parsed(t, args...); err == nil || !strings.Contains(err.Error(), flag+" "+file) {
				t.Errorf("%s: %v", args[i], err)
			}
		}
		_, err := parsed(t, flags[0], "--tls-key="+file, "--tls-ca="+file)
		if err == nil || !strings.Contains(err.Error(), "--tls-key "+file) || !strings.Contains(err.Error(), "--tls-ca "+file) {
			t.Errorf("not both of two: %v", err)
		}
	}
	if _, err := parsed(t, append(flags, "--tls-key="+ours.file("authority.key"))...); err == nil {
		t.Error("the key is another certificate's")
	}
	if _, err := parsed(t, append(flags, "--listen=0.0.0.0:8980")...); err != nil {
		t.Error(err)
	}
	if _, err := parsed(t, append(flags, "--status=0.0.0.0:1")...); err == nil {
		t.Error("TLS does not secure the status page, which listens all the same")
	}
}
