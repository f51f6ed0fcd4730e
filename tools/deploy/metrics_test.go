package deploy

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// What the rules take the name of the pool from.
const serialPlatform = `{"properties":[{"name":"pool","value":"serial"}]}`

// checkPlatformLabel asks the running scheduler how it names the platform of the pool "serial".
func checkPlatformLabel(t *testing.T) {
	t.Helper()
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "buildbarn_builder_in_memory_build_queue_tasks_scheduled_total" {
			continue
		}
		for _, metric := range family.Metric {
			for _, label := range metric.Label {
				if label.GetName() == "platform" && label.GetValue() == serialPlatform {
					return
				}
			}
		}
		t.Errorf("%v: none has platform=%s", family, serialPlatform)
	}
}
