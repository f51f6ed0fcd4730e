package deploy

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/buildbarn/bb-remote-execution/pkg/proto/configuration/bb_scheduler"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/configuration/bb_worker"
	"github.com/buildbarn/bb-storage/pkg/proto/configuration/bb_storage"
	blobstore_pb "github.com/buildbarn/bb-storage/pkg/proto/configuration/blobstore"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// A test of the test.
func TestUnknownFieldsAreRefused(t *testing.T) {
	m := &manifests{workloads: map[string]workload{}}
	text := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replica: 1}\n"
	if err := m.add("Deployment", "a", []byte(text)); err == nil {
		t.Error("takes replica for replicas")
	}
}

func TestWorkloads(t *testing.T) {
	m := build(t)
	want := []string{"frontend", "scheduler", "storage-a", "storage-b", "worker-default", "worker-network", "worker-serial"}
	if got := slices.Sorted(maps.Keys(m.workloads)); !slices.Equal(got, want) {
		t.Fatalf("workloads %v, want %v", got, want)
	}
	for name, w := range m.workloads {
		for _, container := range w.containers() {
			where := name + "/" + container.Name
			if !pinned.MatchString(container.Image) {
				t.Errorf("%s: the image %s has no digest", where, container.Image)
			}
			if container.Resources.Requests.Cpu().IsZero() || container.Resources.Requests.Memory().IsZero() || container.Resources.Limits.Memory().IsZero() {
				t.Errorf("%s: requests no CPU or memory, or has no limit of memory", where)
			}
			for _, mount := range container.VolumeMounts {
				checkVolume(t, m, w, where, mount.Name)
			}
		}
		selected := labelsMatch(w.selector.MatchLabels, w.template.Labels)
		if !selected {
			t.Errorf("%s: selects %v, not its own pods %v", name, w.selector.MatchLabels, w.template.Labels)
		}
	}
}

func labelsMatch(selector, labels map[string]string) bool {
	for key, value := range selector {
		if labels[key] != value {
			return false
		}
	}
	return true
}

// What actions can reach in their container is neither the worker's key nor its cache.
func TestActionsSeeNoKeys(t *testing.T) {
	for name, w := range build(t).workloads {
		for _, container := range w.containers() {
			for _, mount := range container.VolumeMounts {
				if container.Name == "runner" && (mount.Name == "tls" || mount.Name == "worker" && mount.SubPath != "build") {
					t.Errorf("%s: actions see %s at %s", name, mount.Name, mount.MountPath)
				}
			}
		}
	}
}

// checkVolume looks for what a mount is of.
func checkVolume(t *testing.T, m *manifests, w workload, where, name string) {
	t.Helper()
	if s, ok := w.object.(*appsv1.StatefulSet); ok {
		for _, claim := range s.Spec.VolumeClaimTemplates {
			if claim.Name == name {
				return
			}
		}
	}
	for _, volume := range w.spec().Volumes {
		if volume.Name != name {
			continue
		}
		// The key set of tokens is the company's.
		if volume.ConfigMap != nil && m.configMaps[volume.ConfigMap.Name] == nil && volume.ConfigMap.Name != "jwks" {
			t.Errorf("%s: no ConfigMap %s", where, volume.ConfigMap.Name)
		}
		return
	}
	t.Errorf("%s: mounts %s, which is no volume", where, name)
}

// What containers are started with must be among the configurations.
func TestConfigMapHasAllConfigurations(t *testing.T) {
	m := build(t)
	for name, w := range m.workloads {
		for _, container := range w.containers() {
			for _, argument := range slices.Concat(container.Command, container.Args) {
				file, ok := strings.CutPrefix(argument, "/config/")
				if !ok {
					continue
				}
				if m.configMaps[configMapName(w)].Data[file] == "" {
					t.Errorf("%s: %s is not in the ConfigMap", name, argument)
				}
			}
		}
	}
	data := m.configMaps[configMapName(m.workloads["frontend"])].Data
	for _, file := range list(t, "config/*sonnet") {
		if data[strings.TrimPrefix(file, "config/")] != string(readFile(t, file)) {
			t.Errorf("%s is not in the ConfigMap", file)
		}
	}
}

func configMapName(w workload) string {
	for _, volume := range w.spec().Volumes {
		if volume.Name == "config" {
			return volume.ConfigMap.Name
		}
	}
	return ""
}

func TestSerialIsOneWorker(t *testing.T) {
	m := build(t)
	serial := m.workloads["worker-serial"]
	if _, ok := serial.object.(*appsv1.StatefulSet); !ok {
		t.Error("worker-serial is no StatefulSet: a Deployment can have two pods for a while")
	}
	if serial.replicas == nil || *serial.replicas != 1 {
		t.Error("worker-serial has not one replica")
	}
	if env := serial.environment(); env["POOL"] != "serial" || env["CONCURRENCY"] != "1" {
		t.Errorf("worker-serial runs with %v", env)
	}
	for name, w := range m.workloads {
		if name != "worker-serial" && w.environment()["POOL"] == "serial" {
			t.Errorf("%s takes actions of the pool serial too", name)
		}
	}
	for name, scaler := range m.scalers {
		if scaler.Spec.ScaleTargetRef.Name == "worker-serial" {
			t.Errorf("%s scales worker-serial", name)
		}
	}
}

func TestPools(t *testing.T) {
	m := build(t)
	scheduler := read(t, container(t, "scheduler", onKubernetes), "scheduler.jsonnet", &bb_scheduler.ApplicationConfiguration{})
	for _, queue := range scheduler.PredeclaredPlatformQueues {
		pool := queue.Platform.Properties[0].Value
		w, ok := m.workloads["worker-"+pool]
		if !ok || w.environment()["POOL"] != pool || w.template.Labels["pool"] != pool {
			t.Errorf("the pool %s has no workers that say so", pool)
		}
		if pool == "serial" {
			continue
		}
		scaler := m.scalers["worker-"+pool]
		if scaler == nil || scaler.Spec.ScaleTargetRef.Name != "worker-"+pool {
			t.Errorf("the pool %s has no autoscaler", pool)
			continue
		}
		trigger := scaler.Spec.Triggers[0].Metadata
		if trigger.Threshold != w.environment()["CONCURRENCY"] {
			t.Errorf("%s scales by %s actions a worker, which runs %s", pool, trigger.Threshold, w.environment()["CONCURRENCY"])
		}
		if !strings.Contains(trigger.Query, `{pool="`+pool+`"}`) {
			t.Errorf("%s scales by the query %s", pool, trigger.Query)
		}
		if w.replicas != nil {
			t.Errorf("worker-%s sets replicas, which kubectl apply would set back", pool)
		}
	}
}

func TestActionsEndBeforeTheirWorker(t *testing.T) {
	scheduler := read(t, container(t, "scheduler", onKubernetes), "scheduler.jsonnet", &bb_scheduler.ApplicationConfiguration{})
	limit := scheduler.ActionRouter.GetDemultiplexing().DefaultActionRouter.GetSimple().InitialSizeClassAnalyzer.MaximumExecutionTimeout.Seconds
	for name, w := range build(t).workloads {
		if grace := w.spec().TerminationGracePeriodSeconds; strings.HasPrefix(name, "worker-") && (grace == nil || *grace <= limit) {
			t.Errorf("%s: a grace period of not more than the longest action, %d s", name, limit)
		}
	}
}

func TestDisksAreLargeEnough(t *testing.T) {
	setWorkerEnvironment(t)
	m := build(t)
	storage := read(t, container(t, "storage", onKubernetes), "storage.jsonnet", &bb_storage.ApplicationConfiguration{})
	var size int64
	for _, store := range []*blobstore_pb.BlobAccessConfiguration{storage.ContentAddressableStorage.Backend, storage.ActionCache.Backend} {
		local := store.GetLocal()
		size += local.GetKeyLocationMapOnBlockDevice().GetFile().SizeBytes + local.GetBlocksOnBlockDevice().Source.GetFile().SizeBytes
	}
	for _, half := range []string{"storage-a", "storage-b"} {
		claim := m.workloads[half].object.(*appsv1.StatefulSet).Spec.VolumeClaimTemplates[0].Spec.Resources.Requests.Storage().Value()
		// File systems keep a part for themselves.
		if size > claim*95/100 {
			t.Errorf("%s: files of %d bytes on a volume of %d", half, size, claim)
		}
	}
	worker := read(t, container(t, "worker", onKubernetes), "worker.jsonnet", &bb_worker.ApplicationConfiguration{})
	cache := worker.BuildDirectories[0].GetNative().MaximumCacheSizeBytes
	for name, w := range m.workloads {
		for _, volume := range w.spec().Volumes {
			if volume.Name == "worker" && volume.EmptyDir.SizeLimit.Value() < cache*5/4 {
				t.Errorf("%s: %s for a cache of %d bytes and outputs", name, volume.EmptyDir.SizeLimit, cache)
			}
		}
	}
}

func TestShardsAreStorageServers(t *testing.T) {
	m := build(t)
	topology := string(readFile(t, "config/topology.libsonnet"))
	last := regexp.MustCompile(`std\.range\(0, (\d+)\)`).FindStringSubmatch(topology)
	if last == nil {
		t.Fatal("config/topology.libsonnet: no std.range of shards")
	}
	for _, half := range []string{"storage-a", "storage-b"} {
		set := m.workloads[half].object.(*appsv1.StatefulSet)
		if want := fmt.Sprint(*set.Spec.Replicas - 1); last[1] != want {
			t.Errorf("%s has %d replicas, topology.libsonnet shards 0 to %s", half, *set.Spec.Replicas, last[1])
		}
		if service := m.services[set.Spec.ServiceName]; service == nil || !labelsMatch(service.Spec.Selector, set.Spec.Template.Labels) {
			t.Errorf("%s: its service %s is none of it", half, set.Spec.ServiceName)
		}
		if address := half + "-%d." + half + ".buildbarn.svc:8981"; !strings.Contains(topology, address) {
			t.Errorf("config/topology.libsonnet: no %s", address)
		}
	}
}

// The quota has room for all workers that the autoscaler may ask for.
func TestQuota(t *testing.T) {
	m := build(t)
	cpu, memory, pods := resource.Quantity{}, resource.Quantity{}, int64(0)
	for name, w := range m.workloads {
		replicas := int64(1)
		if w.replicas != nil {
			replicas = int64(*w.replicas)
		}
		if scaler := m.scalers[name]; scaler != nil {
			replicas = int64(scaler.Spec.MaxReplicaCount) * 5 / 4
		}
		pods += replicas
		for _, container := range w.containers() {
			for range replicas {
				cpu.Add(*container.Resources.Requests.Cpu())
				memory.Add(*container.Resources.Requests.Memory())
			}
		}
	}
	hard := m.quota.Spec.Hard
	if limit := hard["requests.cpu"]; cpu.Cmp(limit) > 0 {
		t.Errorf("all pods request %s CPUs, the quota is %s", &cpu, &limit)
	}
	if limit := hard["requests.memory"]; memory.Cmp(limit) > 0 {
		t.Errorf("all pods request %s of memory, the quota is %s", &memory, &limit)
	}
	if limit := hard["pods"]; pods > limit.Value() {
		t.Errorf("%d pods, the quota is %s", pods, &limit)
	}
}

// Actions that are not to have the network have none, and nobody reaches a port by accident.
func TestNetworkPolicies(t *testing.T) {
	m := build(t)
	nothing := m.policies["nothing"].Spec
	if len(nothing.PodSelector.MatchLabels)+len(nothing.Ingress)+len(nothing.Egress) > 0 || len(nothing.PolicyTypes) != 2 {
		t.Errorf("the policy \"nothing\" lets something through: %v", nothing)
	}
	for name, open := range map[string]bool{
		"worker-default": false, "worker-network": true, "worker-serial": true, "frontend": false, "storage-a": false, "scheduler": false,
	} {
		if got := labelsMatch(m.policies["egress-open"].Spec.PodSelector.MatchLabels, m.workloads[name].template.Labels); got != open {
			t.Errorf("%s reaches the world outside: %v, want %v", name, got, open)
		}
	}
	for name, policy := range m.policies {
		if selector := policy.Spec.PodSelector.MatchLabels; len(selector) > 0 && !slices.ContainsFunc(slices.Collect(maps.Values(m.workloads)), func(w workload) bool {
			return labelsMatch(selector, w.template.Labels)
		}) {
			t.Errorf("the policy %s is for no pod: %v", name, selector)
		}
	}
}

// Prometheus finds a port of this name in all pods, and checks their certificates.
func TestScraping(t *testing.T) {
	m := build(t)
	endpoint := m.monitor.Spec.PodMetricsEndpoints[0]
	for name, w := range m.workloads {
		if !slices.ContainsFunc(w.spec().Containers[0].Ports, func(p corev1.ContainerPort) bool {
			return p.Name == endpoint.Port && p.ContainerPort == 9980
		}) {
			t.Errorf("%s: no port %s", name, endpoint.Port)
		}
		if !slices.Contains(m.monitor.Spec.Selector.MatchExpressions[0].Values, w.template.Labels["app"]) {
			t.Errorf("%s is not scraped", name)
		}
	}
	if endpoint.Scheme != "https" || !bytes.Contains(readFile(t, "certificates"), []byte("DNS:"+endpoint.TLSConfig.ServerName)) {
		t.Errorf("no certificate has the name %s that Prometheus checks", endpoint.TLSConfig.ServerName)
	}
}
