package deploy

import (
	"fmt"
	"slices"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// The fields in use of KEDA's and the Prometheus operator's resources, whose own modules would
// bring all of both along.
type (
	scaledObject struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			ScaleTargetRef struct {
				Name string `json:"name"`
			} `json:"scaleTargetRef"`
			PollingInterval int `json:"pollingInterval"`
			MinReplicaCount int `json:"minReplicaCount"`
			MaxReplicaCount int `json:"maxReplicaCount"`
			Fallback        struct {
				FailureThreshold int    `json:"failureThreshold"`
				Replicas         int    `json:"replicas"`
				Behavior         string `json:"behavior"`
			} `json:"fallback"`
			Advanced struct {
				HorizontalPodAutoscalerConfig struct {
					Behavior struct {
						ScaleUp   scalingRules `json:"scaleUp"`
						ScaleDown scalingRules `json:"scaleDown"`
					} `json:"behavior"`
				} `json:"horizontalPodAutoscalerConfig"`
			} `json:"advanced"`
			Triggers []struct {
				Type       string `json:"type"`
				MetricType string `json:"metricType"`
				Metadata   struct {
					ServerAddress string `json:"serverAddress"`
					Query         string `json:"query"`
					Threshold     string `json:"threshold"`
				} `json:"metadata"`
			} `json:"triggers"`
		} `json:"spec"`
	}

	scalingRules struct {
		StabilizationWindowSeconds int `json:"stabilizationWindowSeconds"`
		Policies                   []struct {
			Type          string `json:"type"`
			Value         int    `json:"value"`
			PeriodSeconds int    `json:"periodSeconds"`
		} `json:"policies"`
	}

	podMonitor struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			Selector            metav1.LabelSelector `json:"selector"`
			PodTargetLabels     []string             `json:"podTargetLabels"`
			PodMetricsEndpoints []struct {
				Port      string `json:"port"`
				Scheme    string `json:"scheme"`
				Interval  string `json:"interval"`
				TLSConfig struct {
					ServerName string `json:"serverName"`
					CA         struct {
						Secret corev1.SecretKeySelector `json:"secret"`
					} `json:"ca"`
				} `json:"tlsConfig"`
			} `json:"podMetricsEndpoints"`
		} `json:"spec"`
	}

	prometheusRule struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              map[string]any `json:"spec"`
	}
)

// workload is what Deployment and StatefulSet have in common.
type workload struct {
	replicas *int32
	template corev1.PodTemplateSpec
	selector *metav1.LabelSelector
	object   any
}

func (w workload) spec() corev1.PodSpec { return w.template.Spec }

func (w workload) containers() []corev1.Container {
	return slices.Concat(w.spec().InitContainers, w.spec().Containers)
}

// environment returns the variables of the first container that have a value.
func (w workload) environment() map[string]string {
	result := map[string]string{}
	for _, variable := range w.spec().Containers[0].Env {
		result[variable.Name] = variable.Value
	}
	return result
}

type manifests struct {
	workloads  map[string]workload
	configMaps map[string]*corev1.ConfigMap
	services   map[string]*corev1.Service
	scalers    map[string]*scaledObject
	policies   map[string]*networkingv1.NetworkPolicy
	quota      *corev1.ResourceQuota
	monitor    *podMonitor
	rules      *prometheusRule
}

// build makes the manifests as kubectl apply -k does. Each is decoded strictly: a field that its
// kind does not have is an error.
func build(t *testing.T) *manifests {
	t.Helper()
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), "kubernetes")
	if err != nil {
		t.Fatal(err)
	}
	m := &manifests{
		workloads: map[string]workload{}, configMaps: map[string]*corev1.ConfigMap{}, services: map[string]*corev1.Service{},
		scalers: map[string]*scaledObject{}, policies: map[string]*networkingv1.NetworkPolicy{},
	}
	for _, r := range resources.Resources() {
		text, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		if r.GetKind() != "Namespace" && r.GetNamespace() != "buildbarn" {
			t.Errorf("%s: not in the namespace buildbarn", r.CurId())
		}
		if err := m.add(r.GetKind(), r.GetName(), text); err != nil {
			t.Errorf("%s: %v", r.CurId(), err)
		}
	}
	return m
}

func decode[T any](text []byte, err *error) *T {
	value := new(T)
	*err = yaml.UnmarshalStrict(text, value)
	return value
}

func (m *manifests) add(kind, name string, text []byte) (err error) {
	switch kind {
	case "Deployment":
		d := decode[appsv1.Deployment](text, &err)
		m.workloads[name] = workload{d.Spec.Replicas, d.Spec.Template, d.Spec.Selector, d}
	case "StatefulSet":
		s := decode[appsv1.StatefulSet](text, &err)
		m.workloads[name] = workload{s.Spec.Replicas, s.Spec.Template, s.Spec.Selector, s}
	case "ConfigMap":
		m.configMaps[name] = decode[corev1.ConfigMap](text, &err)
	case "Service":
		m.services[name] = decode[corev1.Service](text, &err)
	case "ScaledObject":
		m.scalers[name] = decode[scaledObject](text, &err)
	case "NetworkPolicy":
		m.policies[name] = decode[networkingv1.NetworkPolicy](text, &err)
	case "ResourceQuota":
		m.quota = decode[corev1.ResourceQuota](text, &err)
	case "PodMonitor":
		m.monitor = decode[podMonitor](text, &err)
	case "PrometheusRule":
		m.rules = decode[prometheusRule](text, &err)
	case "Namespace":
		decode[corev1.Namespace](text, &err)
	case "PodDisruptionBudget":
		decode[policyv1.PodDisruptionBudget](text, &err)
	default:
		return fmt.Errorf("a kind that this test does not know")
	}
	return err
}
