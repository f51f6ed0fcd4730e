package deploy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/promqltest"
)

// expressions returns the query of each rule by the name that it records or alerts by.
func expressions(t *testing.T) map[string]string {
	t.Helper()
	result := map[string]string{}
	for _, group := range rules(t) {
		for _, rule := range group.Rules {
			// The test language has one line for a query.
			result[rule.Record+rule.Alert] = strings.Join(strings.Fields(rule.Expr), " ")
		}
	}
	return result
}

// series writes one of the scheduler's of a pool.
func series(metric, pool, more, values string) string {
	platform := fmt.Sprintf(`{\"properties\":[{\"name\":\"pool\",\"value\":\"%s\"}]}`, pool)
	return fmt.Sprintf("  buildbarn_builder_in_memory_build_queue_%s{platform=\"%s\"%s} %s\n", metric, platform, more, values)
}

// Each rule is evaluated by Prometheus' own engine, after a quarter of an hour of these series.
func TestRules(t *testing.T) {
	queue := series("tasks_scheduled_total", "default", `,assignment="Queue",do_not_cache="false"`, "100x60") +
		series("tasks_scheduled_total", "default", `,assignment="Worker",do_not_cache="false"`, "50x60") +
		series("tasks_scheduled_total", "serial", `,assignment="Worker",do_not_cache="false"`, "0x60") +
		series("tasks_queued_duration_seconds_count", "default", "", "110x60") +
		series("tasks_queued_duration_seconds_count", "serial", "", "0x60") +
		series("tasks_executing_duration_seconds_count", "default", `,result="Success",grpc_code=""`, "95x60") +
		series("tasks_executing_duration_seconds_count", "default", `,result="Failure",grpc_code="Unavailable"`, "5x60") +
		series("tasks_executing_duration_seconds_count", "serial", `,result="Success",grpc_code=""`, "0x60") +
		series("workers_created_total", "default", "", "12x60") +
		series("workers_created_total", "serial", "", "3x60") +
		series("workers_removed_total", "default", `,state="Idle"`, "3x60") +
		series("workers_removed_total", "default", `,state="Executing"`, "1x60") +
		series("workers_removed_total", "serial", `,state="Idle"`, "2x60") +
		series("workers_removed_total", "serial", `,state="Executing"`, "0x60")
	byName := expressions(t)
	for _, c := range []struct{ name, rule, load, want string }{
		{"wait", "pool:buildbarn_actions_queued:sum", queue, `{pool="default"} 40|{pool="serial"} 0`},
		{"run", "pool:buildbarn_actions_executing:sum", queue, `{pool="default"} 10|{pool="serial"} 0`},
		{"slots", "pool:buildbarn_slots:sum", queue, `{pool="default"} 8|{pool="serial"} 1`},
		{
			"for the autoscaler", "pool:buildbarn_actions:sum",
			"  pool:buildbarn_actions_queued:sum{pool=\"default\"} 40x60\n  pool:buildbarn_actions_executing:sum{pool=\"default\"} 10x60\n",
			`{pool="default"} 50`,
		},
		{
			"nothing thrown away yet", "storage_type:buildbarn_retention_seconds:min",
			"  buildbarn_blobstore_old_current_new_location_blob_map_last_removed_old_block_insertion_time_seconds{storage_type=\"cas\"} 0x60\n", "",
		},
		{
			"thrown away", "storage_type:buildbarn_retention_seconds:min",
			"  buildbarn_blobstore_old_current_new_location_blob_map_last_removed_old_block_insertion_time_seconds{storage_type=\"cas\",pod=\"a\"} 100x60\n" +
				"  buildbarn_blobstore_old_current_new_location_blob_map_last_removed_old_block_insertion_time_seconds{storage_type=\"cas\",pod=\"b\"} 300x60\n",
			`{storage_type="cas"} 600`,
		},
		{"no scheduler", "BuildbarnSchedulerDown", "  up{app=\"scheduler\"} 0x60\n", `{} 1`},
		{"a scheduler", "BuildbarnSchedulerDown", "  up{app=\"scheduler\"} 1x60\n", ""},
		{"a server down", "BuildbarnStorageDown", "  up{app=\"storage\",pod=\"storage-a-0\"} 0x60\n", `{app="storage",pod="storage-a-0",__name__="up"} 0`},
		{"one serial slot", "BuildbarnSerialSlots", "  pool:buildbarn_slots:sum{pool=\"serial\"} 1x60\n", ""},
		{"two serial slots", "BuildbarnSerialSlots", "  pool:buildbarn_slots:sum{pool=\"serial\"} 2x60\n", `pool:buildbarn_slots:sum{pool="serial"} 2`},
		{"no serial slot", "BuildbarnSerialSlots", "  pool:buildbarn_slots:sum{pool=\"serial\"} 0x60\n", `pool:buildbarn_slots:sum{pool="serial"} 0`},
		{
			"a long queue", "BuildbarnQueueGrows",
			"  pool:buildbarn_slots:sum{pool=\"default\"} 4x60\n  pool:buildbarn_actions_queued:sum{pool=\"default\"} 9x60\n",
			`pool:buildbarn_actions_queued:sum{pool="default"} 9`,
		},
		{
			"a short queue", "BuildbarnQueueGrows",
			"  pool:buildbarn_slots:sum{pool=\"default\"} 4x60\n  pool:buildbarn_actions_queued:sum{pool=\"default\"} 8x60\n", "",
		},
		{
			"a pool without workers", "BuildbarnNoSlots",
			"  pool:buildbarn_slots:sum{pool=\"network\"} 0x60\n  pool:buildbarn_actions_queued:sum{pool=\"network\"} 1x60\n",
			`pool:buildbarn_actions_queued:sum{pool="network"} 1`,
		},
		{"short of room", "BuildbarnStoreTooSmall", "  storage_type:buildbarn_retention_seconds:min{storage_type=\"cas\"} 3600x60\n", `storage_type:buildbarn_retention_seconds:min{storage_type="cas"} 3600`},
		{
			"an index too small", "BuildbarnIndexTooSmall",
			"  buildbarn_blobstore_hashing_key_location_map_put_iterations_count{outcome=\"TooManyAttempts\",pod=\"a\"} 0+1x60\n", `{outcome="TooManyAttempts",pod="a"} 60`,
		},
		{
			"workers vanish", "BuildbarnActionsLost",
			series("tasks_executing_duration_seconds_count", "default", `,result="Failure",grpc_code="Unavailable"`, "0+15x60"), `{grpc_code="Unavailable"} 1`,
		},
		{
			"an old certificate", "BuildbarnCertificateExpires",
			"  buildbarn_tls_certificate_not_after_time_seconds{app=\"worker\",uri=\"spiffe://buildbarn/worker\",dns_name=\"\"} 1200x60\n",
			`{app="worker",uri="spiffe://buildbarn/worker"} 300`,
		},
	} {
		t.Run(c.rule+"/"+c.name, func(t *testing.T) {
			test := "load 15s\n" + c.load + "\neval instant at 15m " + byName[c.rule] + "\n"
			for _, want := range strings.Split(c.want, "|") {
				test += "  " + want + "\n"
			}
			promqltest.RunTest(t, test, promqltest.NewTestEngine(t, false, 5*time.Minute, 1000))
		})
	}
}
