package deploy

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/configuration/bb_runner"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/configuration/bb_scheduler"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/configuration/bb_worker"
	"github.com/buildbarn/bb-remote-execution/pkg/scheduler/routing"
	"github.com/buildbarn/bb-storage/pkg/digest"
	"github.com/buildbarn/bb-storage/pkg/proto/configuration/bb_storage"
	"github.com/buildbarn/bb-storage/pkg/util"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// A platform says where the services are: each has a topology.libsonnet of its own.
const (
	onKubernetes = "config"
	onCompose    = "compose"
)

var configurations = []struct {
	service, file string
	message       proto.Message
}{
	{"storage", "storage.jsonnet", &bb_storage.ApplicationConfiguration{}},
	{"frontend", "frontend.jsonnet", &bb_storage.ApplicationConfiguration{}},
	{"scheduler", "scheduler.jsonnet", &bb_scheduler.ApplicationConfiguration{}},
	{"worker", "worker.jsonnet", &bb_worker.ApplicationConfiguration{}},
	{"worker", "runner.jsonnet", &bb_runner.ApplicationConfiguration{}},
}

// secrets makes certificates and tokens as a user does, once for all tests, and returns their
// folder.
var secrets = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "buildbarn")
	if err != nil {
		return "", err
	}
	folder = filepath.Join(folder, "secrets")
	if out, err := exec.Command("./certificates", folder).CombinedOutput(); err != nil {
		return "", fmt.Errorf("certificates: %w\n%s", err, out)
	}
	return folder, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if folder, err := secrets(); err == nil {
		os.RemoveAll(filepath.Dir(folder))
	}
	os.Exit(code)
}

func secretsFolder(t testing.TB) string {
	t.Helper()
	folder, err := secrets()
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func writeFile(t testing.TB, name string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// container lays out the files of a service's container and returns their folder.
func container(t testing.TB, service, platform string) string {
	t.Helper()
	root := t.TempDir()
	for _, entry := range list(t, "config/*sonnet") {
		writeFile(t, filepath.Join(root, entry), readFile(t, entry))
	}
	writeFile(t, filepath.Join(root, "config/topology.libsonnet"), readFile(t, platform+"/topology.libsonnet"))
	for _, secret := range list(t, filepath.Join(secretsFolder(t), service, "*")) {
		writeFile(t, filepath.Join(root, "tls", filepath.Base(secret)), readFile(t, secret))
	}
	writeFile(t, filepath.Join(root, "jwt/jwks.json"), readFile(t, filepath.Join(secretsFolder(t), "jwt/jwks.json")))
	return root
}

func list(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no such files (%v)", pattern, err)
	}
	return files
}

// setWorkerEnvironment sets what worker.jsonnet reads of the container's environment.
func setWorkerEnvironment(t testing.TB) {
	t.Helper()
	for name, value := range map[string]string{"POOL": "default", "CONCURRENCY": "4", "NODE_NAME": "n", "POD_NAME": "p"} {
		t.Setenv(name, value)
	}
}

// read has Buildbarn's own reader read a configuration into its message.
func read[M proto.Message](t testing.TB, root, file string, message M) M {
	t.Helper()
	if err := util.UnmarshalConfigurationFromFile(filepath.Join(root, "config", file), message); err != nil {
		t.Fatal(err)
	}
	return message
}

func TestConfigurations(t *testing.T) {
	setWorkerEnvironment(t)
	for _, platform := range []string{onKubernetes, onCompose} {
		for _, c := range configurations {
			t.Run(platform+"/"+c.file, func(t *testing.T) {
				read(t, container(t, c.service, platform), c.file, proto.Clone(c.message))
			})
		}
	}
}

// A test of the test: without these errors a typo would pass.
func TestTyposAreRefused(t *testing.T) {
	setWorkerEnvironment(t)
	for _, c := range []struct{ file, old, new, want string }{
		{"worker.jsonnet", "outputUploadConcurrency", "outputUploadConcurency", "outputUploadConcurency"},
		{"worker.jsonnet", "LEAST_RECENTLY_USED", "LEAST_RECENTLY", "LEAST_RECENTLY"},
		{"buildbarn.libsonnet", "replicatorAToB: copy", "replicatorAtoB: copy", "replicatorAtoB"},
		{"cluster.libsonnet", "browserUrl", "browserURL", "browserUrl"},
	} {
		t.Run(c.new, func(t *testing.T) {
			root := container(t, "worker", onKubernetes)
			file := filepath.Join(root, "config", c.file)
			content := readFile(t, file)
			if !bytes.Contains(content, []byte(c.old)) {
				t.Fatalf("%s: no %s", c.file, c.old)
			}
			writeFile(t, file, bytes.Replace(content, []byte(c.old), []byte(c.new), 1))
			err := util.UnmarshalConfigurationFromFile(filepath.Join(root, "config/worker.jsonnet"), &bb_worker.ApplicationConfiguration{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one that names %s", err, c.want)
			}
		})
	}
}

// The images are younger than the Go modules that this test is built with, of which the proxy has
// no younger ones. Their messages have lost these fields; all others in use are the same.
func TestImagesKnowAllFields(t *testing.T) {
	setWorkerEnvironment(t)
	for _, c := range configurations {
		message := read(t, container(t, c.service, onKubernetes), c.file, proto.Clone(c.message))
		text := protojson.Format(message)
		for _, field := range []string{"supportLegacyOutputFilesAndDirectories", "actionAndCommand"} {
			if strings.Contains(text, field) {
				t.Errorf("%s: %s, which newer images refuse", c.file, field)
			}
		}
	}
}

func TestBazel7(t *testing.T) {
	setWorkerEnvironment(t)
	root := container(t, "worker", onKubernetes)
	cluster := filepath.Join(root, "config/cluster.libsonnet")
	writeFile(t, cluster, bytes.Replace(readFile(t, cluster), []byte("bazel7: false"), []byte("bazel7: true"), 1))
	if !read(t, root, "worker.jsonnet", &bb_worker.ApplicationConfiguration{}).SupportLegacyOutputFilesAndDirectories {
		t.Error("bazel7: true does not let workers read outputs in the old way")
	}
}

func TestStoreFitsTheIndex(t *testing.T) {
	for _, platform := range []string{onKubernetes, onCompose} {
		storage := read(t, container(t, "storage", platform), "storage.jsonnet", &bb_storage.ApplicationConfiguration{})
		local := storage.ContentAddressableStorage.Backend.GetLocal()
		blocks := local.GetBlocksOnBlockDevice().Source.GetFile().SizeBytes
		keys := local.GetKeyLocationMapOnBlockDevice().GetFile().SizeBytes
		if keys < blocks/1000 || keys > blocks/20 {
			t.Errorf("%s: an index of %d bytes for a store of %d", platform, keys, blocks)
		}
		// A blob cannot span blocks.
		if block := blocks / (8 + 24 + 3 + 3); block < 64<<20 {
			t.Errorf("%s: blocks of %d bytes: no larger file could be stored", platform, block)
		}
	}
}

func TestRoutes(t *testing.T) {
	scheduler := read(t, container(t, "scheduler", onKubernetes), "scheduler.jsonnet", &bb_scheduler.ApplicationConfiguration{})
	router, err := routing.NewActionRouterFromConfiguration(scheduler.ActionRouter, nil, int(scheduler.MaximumMessageSizeBytes), nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	toolchain := toolchainProperty(t)
	for _, c := range []struct {
		properties [][2]string
		want       string
	}{
		{nil, "default"},
		{[][2]string{{"pool", "default"}}, "default"},
		{[][2]string{{"pool", "serial"}}, "serial"},
		{[][2]string{{"network", "on"}}, "network"},
		{[][2]string{{"network", "on"}, {"pool", "default"}}, "network"},
		{[][2]string{{"network", "on"}, {"pool", "serial"}}, "serial"},
		{[][2]string{{"container-image", toolchain}}, "default"},
		{[][2]string{{"container-image", toolchain}, {"pool", "serial"}}, "serial"},
		{[][2]string{{"container-image", toolchain}, {"network", "on"}}, "network"},
		// These have no workers.
		{[][2]string{{"container-image", "docker://another"}}, ""},
		{[][2]string{{"pool", "sreial"}}, ""},
	} {
		t.Run(fmt.Sprint(c.properties), func(t *testing.T) {
			action := &remoteexecution.Action{Platform: platformOf(c.properties)}
			_, key, _, _, err := router.RouteAction(t.Context(), sha256Function, action, nil)
			if err != nil {
				t.Fatal(err)
			}
			queue := key.GetPlatformQueueName().Platform
			for _, predeclared := range scheduler.PredeclaredPlatformQueues {
				if proto.Equal(predeclared.Platform, queue) {
					if got := queue.Properties[0].Value; got != c.want {
						t.Errorf("goes to the pool %q, want %q", got, c.want)
					}
					return
				}
			}
			if c.want != "" {
				t.Errorf("goes to no pool but %s, want %q", key.GetPlatformString(), c.want)
			}
		})
	}
}

var sha256Function = digest.MustNewFunction("", remoteexecution.DigestFunction_SHA256)

func platformOf(properties [][2]string) *remoteexecution.Platform {
	platform := &remoteexecution.Platform{}
	for _, p := range properties {
		platform.Properties = append(platform.Properties, &remoteexecution.Platform_Property{Name: p[0], Value: p[1]})
	}
	return platform
}
