package cluster

import (
	"os"
	"time"

	"github.com/buildbarn/bb-storage/pkg/proto/auth"
	"github.com/buildbarn/bb-storage/pkg/proto/configuration/grpc"
	"github.com/buildbarn/bb-storage/pkg/proto/configuration/jmespath"
	"github.com/buildbarn/bb-storage/pkg/proto/configuration/tls"
	"github.com/buildbarn/bb-storage/pkg/proto/configuration/x509"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/store"
)

// TLS names files in PEM format. With an authority, the other side must show a certificate
// that it signed.
type TLS struct{ Certificate, Key, Authority string }

// Secured tells whether the other side is authenticated, too.
func (t TLS) Secured() bool { return t.Certificate != "" && t.Key != "" && t.Authority != "" }

// Bazel's keepalive, and that of workers, may be as frequent.
const keepaliveInterval = 10 * time.Second

// serverConfiguration is that of a server at an address for clients, and for workers of other
// processes.
func (t TLS) serverConfiguration(address string) (*grpc.ServerConfiguration, error) {
	server := &grpc.ServerConfiguration{
		ListenAddresses:                 []string{address},
		AuthenticationPolicy:            &grpc.AuthenticationPolicy{Policy: &grpc.AuthenticationPolicy_Allow{Allow: &auth.AuthenticationMetadata{}}},
		MaximumReceivedMessageSizeBytes: store.MaxMessageBytes,
		KeepaliveEnforcementPolicy: &grpc.ServerKeepaliveEnforcementPolicy{
			MinTime:             durationpb.New(keepaliveInterval / 2),
			PermitWithoutStream: true,
		},
	}
	if !t.Secured() {
		return server, nil
	}
	authority, err := os.ReadFile(t.Authority)
	if err != nil {
		return nil, err
	}
	server.TransportSecurity = &grpc.ServerConfiguration_Tls{Tls: &tls.ServerConfiguration{ServerKeyPair: t.keyPair()}}
	server.AuthenticationPolicy.Policy = &grpc.AuthenticationPolicy_TlsClientCertificate{
		TlsClientCertificate: &x509.ClientCertificateVerifierConfiguration{
			ClientCertificateAuthorities:         string(authority),
			ValidationJmespathExpression:         &jmespath.Expression{Expression: "`true`"},
			MetadataExtractionJmespathExpression: &jmespath.Expression{Expression: "`{}`"},
		},
	}
	return server, nil
}

// clientConfiguration is that of a worker's connection to its server.
func (t TLS) clientConfiguration(address string) (*grpc.ClientConfiguration, error) {
	client := &grpc.ClientConfiguration{
		Address: address,
		Keepalive: &grpc.ClientKeepaliveConfiguration{
			Time:                durationpb.New(keepaliveInterval),
			Timeout:             durationpb.New(keepaliveInterval),
			PermitWithoutStream: true,
		},
	}
	if !t.Secured() {
		return client, nil
	}
	authority, err := os.ReadFile(t.Authority)
	if err != nil {
		return nil, err
	}
	client.Tls = &tls.ClientConfiguration{
		ServerCertificateAuthorities: string(authority),
		ClientKeyPair:                t.keyPair(),
	}
	return client, nil
}

func (t TLS) keyPair() *tls.X509KeyPair {
	return &tls.X509KeyPair{KeyPair: &tls.X509KeyPair_Files_{Files: &tls.X509KeyPair_Files{
		CertificatePath: t.Certificate,
		PrivateKeyPath:  t.Key,
		RefreshInterval: durationpb.New(time.Hour),
	}}}
}
