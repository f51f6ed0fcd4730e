package deploy

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/buildbarn/bb-remote-execution/pkg/proto/configuration/bb_scheduler"
	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// loadCompose reads the project as docker compose does, by its schema.
func loadCompose(t *testing.T) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"compose/compose.yaml"}, cli.WithWorkingDirectory("compose"), cli.WithEnvFiles("compose/.env"), cli.WithDotEnv)
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestCompose(t *testing.T) {
	project := loadCompose(t)
	for name, service := range project.Services {
		if !pinned.MatchString(service.Image) {
			t.Errorf("%s: the image %s has no digest", name, service.Image)
		}
		for _, argument := range service.Command {
			if file, ok := strings.CutPrefix(argument, "/config/"); ok {
				readFile(t, filepath.Join("config", file))
			}
		}
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s: port %s is open to others than this host", name, port.Published)
			}
		}
		for _, volume := range service.Volumes {
			if strings.HasPrefix(name, "runner-") && volume.Target == "/tls" {
				t.Errorf("%s: actions can read keys", name)
			}
		}
	}
}

func TestComposeSerialIsOneWorker(t *testing.T) {
	project := loadCompose(t)
	found := 0
	for name, service := range project.Services {
		pool := service.Environment["POOL"]
		if pool == nil || *pool != "serial" {
			continue
		}
		found++
		if *service.Environment["CONCURRENCY"] != "1" || service.Scale != nil || service.Deploy != nil {
			t.Errorf("%s runs more than one action at a time", name)
		}
	}
	if found != 1 {
		t.Errorf("%d workers of the pool serial, want 1", found)
	}
}

func TestComposeGracePeriod(t *testing.T) {
	scheduler := read(t, container(t, "scheduler", onCompose), "scheduler.jsonnet", &bb_scheduler.ApplicationConfiguration{})
	limit := scheduler.ActionRouter.GetDemultiplexing().DefaultActionRouter.GetSimple().InitialSizeClassAnalyzer.MaximumExecutionTimeout.AsDuration()
	for name, service := range loadCompose(t).Services {
		if !regexp.MustCompile(`^(worker|runner)-(default|serial)$`).MatchString(name) {
			continue
		}
		if service.StopGracePeriod == nil || time.Duration(*service.StopGracePeriod) <= limit {
			t.Errorf("%s: stops before the longest action, %s", name, limit)
		}
	}
}

// The addresses in the topologies are services of the project, or names of the cluster, and
// their certificates have these names.
func TestCertificatesHaveTheNames(t *testing.T) {
	project := loadCompose(t)
	for _, platform := range []string{onKubernetes, onCompose} {
		for _, address := range addresses(t, platform) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := project.Services[host]; platform == onCompose && !ok {
				t.Errorf("%s: no such service", host)
			}
			service := regexp.MustCompile("^[a-z]+").FindString(host)
			block, _ := pem.Decode(readFile(t, filepath.Join(secretsFolder(t), service, "tls.crt")))
			certificate, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			if err := certificate.VerifyHostname(host); err != nil {
				t.Errorf("%s: %v", platform, err)
			}
		}
	}
}

// addresses returns those of all servers that frontend and workers connect to.
func addresses(t *testing.T, platform string) []string {
	t.Helper()
	setWorkerEnvironment(t)
	var result []string
	for _, c := range configurations {
		if c.file == "runner.jsonnet" {
			continue
		}
		text := protojson.Format(read(t, container(t, c.service, platform), c.file, proto.Clone(c.message)))
		for _, match := range regexp.MustCompile(`"address":\s*"([a-z0-9.-]+:\d+)"`).FindAllStringSubmatch(text, -1) {
			result = append(result, match[1])
		}
	}
	if len(result) == 0 {
		t.Fatalf("%s: no addresses", platform)
	}
	return result
}
