package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// A name, perhaps a tag, and a digest.
var pinned = regexp.MustCompile(`^([a-z0-9./-]+)(:[A-Za-z0-9._-]+)?@(sha256:[0-9a-f]{64})$`)

// images returns name@digest of each image of the Kustomization by the name that manifests use.
func images(t *testing.T) map[string]string {
	t.Helper()
	var kustomization struct {
		Images []struct{ Name, NewName, Digest string }
	}
	if err := yaml.Unmarshal(readFile(t, "kubernetes/kustomization.yaml"), &kustomization); err != nil {
		t.Fatal(err)
	}
	result := map[string]string{}
	for _, image := range kustomization.Images {
		name := image.NewName
		if name == "" {
			name = image.Name
		}
		result[image.Name] = name + "@" + image.Digest
		if !pinned.MatchString(result[image.Name]) {
			t.Errorf("kubernetes/kustomization.yaml: %s: not NAME@sha256:64 hexadecimal digits", result[image.Name])
		}
	}
	return result
}

// composeImages returns name@digest of each variable of compose/.env.
func composeImages(t *testing.T) map[string]string {
	t.Helper()
	result := map[string]string{}
	for line := range strings.Lines(string(readFile(t, "compose/.env"))) {
		variable, image, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		parts := pinned.FindStringSubmatch(image)
		if parts == nil {
			t.Errorf("compose/.env: %s=%s: not NAME[:TAG]@sha256:64 hexadecimal digits", variable, image)
			continue
		}
		result[variable] = parts[1] + "@" + parts[3]
	}
	return result
}

func TestImagesAreTheSame(t *testing.T) {
	kubernetes, compose := images(t), composeImages(t)
	for name, variable := range map[string]string{
		"ghcr.io/buildbarn/bb-storage":          "BB_STORAGE_IMAGE",
		"ghcr.io/buildbarn/bb-scheduler":        "BB_SCHEDULER_IMAGE",
		"ghcr.io/buildbarn/bb-worker":           "BB_WORKER_IMAGE",
		"ghcr.io/buildbarn/bb-runner-installer": "BB_RUNNER_INSTALLER_IMAGE",
		"toolchain":                             "TOOLCHAIN_IMAGE",
	} {
		if kubernetes[name] == "" || kubernetes[name] != compose[variable] {
			t.Errorf("%s: %q for Kubernetes, %q for docker-compose (%s)", name, kubernetes[name], compose[variable], variable)
		}
	}
}

// toolchainProperty returns what clients send as container-image.
func toolchainProperty(t *testing.T) string {
	t.Helper()
	value := regexp.MustCompile(`'container-image': '(.*)'`).FindSubmatch(readFile(t, "config/cluster.libsonnet"))
	if value == nil {
		t.Fatal("config/cluster.libsonnet: no container-image")
	}
	return string(value[1])
}

func TestToolchainIsTheRunnersImage(t *testing.T) {
	property := toolchainProperty(t)
	parts := pinned.FindStringSubmatch(strings.TrimPrefix(property, "docker://"))
	if parts == nil || parts[1]+"@"+parts[3] != images(t)["toolchain"] {
		t.Errorf("config/cluster.libsonnet: container-image is %s, the runners' image %s", property, images(t)["toolchain"])
	}
}

// The local cluster and this test must mean the same Buildbarn.
func TestSameModules(t *testing.T) {
	local := string(readFile(t, "../buildbarn/go.mod"))
	for line := range strings.Lines(string(readFile(t, "go.mod"))) {
		if module := strings.TrimSpace(line); strings.HasPrefix(module, "github.com/buildbarn/bb-") && !strings.Contains(local, module) {
			t.Errorf("../buildbarn/go.mod has another version than %s", module)
		}
	}
}

// pin asks the registry, for which a folder of digests stands in.
func TestPin(t *testing.T) {
	root := t.TempDir()
	for _, file := range []string{"pin", "compose/.env", "kubernetes/kustomization.yaml", "config/cluster.libsonnet"} {
		writeFile(t, filepath.Join(root, file), readFile(t, file))
	}
	digest := "sha256:" + strings.Repeat("0123456789abcdef", 4)
	writeFile(t, filepath.Join(root, "bin/crane"), []byte("#!/bin/sh\necho $DIGEST\n"))
	for _, file := range []string{"pin", "bin/crane"} {
		if err := os.Chmod(filepath.Join(root, file), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	pin := func(digest string, arguments ...string) error {
		command := exec.Command(filepath.Join(root, "pin"), arguments...)
		command.Env = append(os.Environ(), "PATH="+filepath.Join(root, "bin")+":"+os.Getenv("PATH"), "DIGEST="+digest)
		out, err := command.CombinedOutput()
		t.Logf("%s", out)
		return err
	}
	before := readFile(t, "compose/.env")
	if pin("sha256:0123", "ghcr.io/buildbarn/bb-worker:20270101T000000Z-0000000") == nil {
		t.Error("takes a malformed digest")
	}
	if got := readFile(t, filepath.Join(root, "compose/.env")); string(got) != string(before) {
		t.Errorf("writes although it fails:\n%s", got)
	}
	if err := pin(digest, "ghcr.io/buildbarn/bb-worker:20270101T000000Z-0000000", "toolchain=registry.example.com/ci/image:v2"); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	if want := "ghcr.io/buildbarn/bb-worker@" + digest; images(t)["ghcr.io/buildbarn/bb-worker"] != want || composeImages(t)["BB_WORKER_IMAGE"] != want {
		t.Errorf("the worker is %s and %s", images(t)["ghcr.io/buildbarn/bb-worker"], composeImages(t)["BB_WORKER_IMAGE"])
	}
	TestImagesAreTheSame(t)
	TestToolchainIsTheRunnersImage(t)
	if got, want := toolchainProperty(t), "docker://registry.example.com/ci/image:v2@"+digest; got != want {
		t.Errorf("the toolchain is %s, want %s", got, want)
	}
}
