package page

import (
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/grpc/codes"
)

// lookups are the action results that clients asked for since the cluster began to run.
type lookups struct{ Hits, Misses uint64 }

// What Buildbarn counts, with the labels of what clients see of the Action Cache: a
// result whose outputs are not all there any more counts as a miss.
const operations = "buildbarn_blobstore_blob_access_operations_duration_seconds"

var actionCacheGets = map[string]string{"storage_type": "ac", "backend_type": "completeness_checking", "operation": "Get"}

func actionCacheLookups(metrics prometheus.Gatherer) (lookups, error) {
	families, err := metrics.Gather()
	if err != nil {
		return lookups{}, err
	}
	found := lookups{}
	for _, family := range families {
		if family.GetName() != operations {
			continue
		}
		for _, metric := range family.GetMetric() {
			found.add(metric)
		}
	}
	return found, nil
}

func (l *lookups) add(metric *dto.Metric) {
	labels := map[string]string{}
	for _, label := range metric.GetLabel() {
		labels[label.GetName()] = label.GetValue()
	}
	for name, value := range actionCacheGets {
		if labels[name] != value {
			return
		}
	}
	switch labels["grpc_code"] {
	case codes.OK.String():
		l.Hits += metric.GetHistogram().GetSampleCount()
	case codes.NotFound.String():
		l.Misses += metric.GetHistogram().GetSampleCount()
	}
}
