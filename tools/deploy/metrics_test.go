package deploy

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	promql "github.com/prometheus/prometheus/promql/parser"
	"sigs.k8s.io/yaml"
)

// What the rules take the name of the pool from.
const serialPlatform = `{"properties":[{"name":"pool","value":"serial"}]}`

// checkPlatformLabel asks the running scheduler how it names the platform of the pool "serial".
func checkPlatformLabel(t *testing.T) {
	t.Helper()
	metrics := gather(t, "buildbarn_builder_in_memory_build_queue_tasks_scheduled_total")
	for _, metric := range metrics {
		for _, label := range metric.Label {
			if label.GetName() == "platform" && label.GetValue() == serialPlatform {
				return
			}
		}
	}
	t.Errorf("%v: none has platform=%s", metrics, serialPlatform)
}

// gather returns this process's metrics of one name.
func gather(t testing.TB, name string) []*dto.Metric {
	t.Helper()
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			return family.Metric
		}
	}
	return nil
}

// rules returns the groups, which Prometheus itself has found right.
func rules(t *testing.T) []rulefmt.RuleGroup {
	t.Helper()
	text, err := yaml.Marshal(build(t).rules.Spec)
	if err != nil {
		t.Fatal(err)
	}
	groups, errs := rulefmt.Parse(text, false, model.UTF8Validation, promql.NewParser(promql.Options{}), slog.Default())
	for _, err := range errs {
		t.Error(err)
	}
	if groups == nil || len(groups.Groups) == 0 {
		t.Fatal("no rules")
	}
	return groups.Groups
}

// query is an expression, and where it stands.
type query struct{ where, expression string }

func allQueries(t *testing.T) []query {
	t.Helper()
	var queries []query
	for _, group := range rules(t) {
		for _, rule := range group.Rules {
			queries = append(queries, query{"rule " + rule.Record + rule.Alert, rule.Expr})
		}
	}
	for name, scaler := range build(t).scalers {
		queries = append(queries, query{"autoscaler " + name, scaler.Spec.Triggers[0].Metadata.Query})
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(readFile(t, "kubernetes/monitoring/buildbarn.json"), &dashboard); err != nil {
		t.Fatal(err)
	}
	if len(dashboard.Panels) == 0 {
		t.Fatal("the dashboard has no panels")
	}
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			queries = append(queries, query{"panel " + panel.Title, target.Expr})
		}
	}
	return queries
}

// Each series that a rule, the dashboard or the autoscaler asks for must be one that Buildbarn has
// or a rule records, by labels that it has.
func TestMetricsExist(t *testing.T) {
	known := buildbarnMetrics(t)
	// Prometheus' own.
	known["up"] = nil
	for _, group := range rules(t) {
		for _, rule := range group.Rules {
			if rule.Record != "" {
				known[rule.Record] = strings.Split(strings.SplitN(rule.Record, ":", 2)[0], "_")
				if strings.HasPrefix(rule.Record, "storage_type:") {
					known[rule.Record] = []string{"storage_type"}
				}
			}
		}
	}
	// Of the pods, by PodMonitor's podTargetLabels and Prometheus.
	ofPods := append(slices.Clone(build(t).monitor.Spec.PodTargetLabels), "instance", "job", "namespace", "pod")
	for _, q := range allQueries(t) {
		expression, err := promql.NewParser(promql.Options{}).ParseExpr(q.expression)
		if err != nil {
			t.Errorf("%s: %v", q.where, err)
			continue
		}
		promql.Inspect(expression, func(node promql.Node, _ []promql.Node) error {
			selector, ok := node.(*promql.VectorSelector)
			if !ok {
				return nil
			}
			metricLabels, ok := known[selector.Name]
			if !ok {
				t.Errorf("%s: nothing has the metric %s", q.where, selector.Name)
			}
			for _, matcher := range selector.LabelMatchers {
				if matcher.Name != labels.MetricName && !slices.Contains(metricLabels, matcher.Name) && !slices.Contains(ofPods, matcher.Name) {
					t.Errorf("%s: %s has no label %s, but %v", q.where, selector.Name, matcher.Name, metricLabels)
				}
			}
			return nil
		})
	}
}

// buildbarnMetrics reads from the sources of the modules which metrics there are, with their
// labels: as a rule a variable is set to prometheus.NewXVec(prometheus.XOpts{...}, labels).
func buildbarnMetrics(t *testing.T) map[string][]string {
	t.Helper()
	metrics := map[string][]string{}
	for _, module := range []string{
		"github.com/buildbarn/bb-storage", "github.com/buildbarn/bb-remote-execution", "github.com/grpc-ecosystem/go-grpc-prometheus",
	} {
		folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
		if err != nil {
			t.Fatalf("go list %s: %v", module, err)
		}
		err = filepath.WalkDir(strings.TrimSpace(string(folder)), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, ".pb.go") {
				return err
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			addMetrics(metrics, parsed)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(metrics) < 50 {
		t.Fatalf("only %d metrics found in the sources", len(metrics))
	}
	return metrics
}

func addMetrics(metrics map[string][]string, file *ast.File) {
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.CallExpr:
			if function, ok := node.Fun.(*ast.SelectorExpr); ok && len(node.Args) > 0 && strings.HasPrefix(function.Sel.Name, "New") {
				addMetric(metrics, node.Args[0], stringsIn(node.Args[1:]), strings.HasPrefix(function.Sel.Name, "NewHistogram"))
			}
		case *ast.CompositeLit:
			// Options that are kept for later; where the labels are, is not known.
			if kind, ok := node.Type.(*ast.SelectorExpr); ok && kind.Sel.Name == "HistogramOpts" {
				addMetric(metrics, node, nil, true)
			}
		}
		return true
	})
}

func addMetric(metrics map[string][]string, options ast.Expr, labels []string, histogram bool) {
	name := metricName(options)
	switch {
	case name == "":
	case !histogram:
		metrics[name] = labels
	case len(metrics[name+"_count"]) == 0:
		metrics[name+"_count"], metrics[name+"_sum"] = labels, labels
		metrics[name+"_bucket"] = append(slices.Clone(labels), "le")
	}
}

// metricName returns the full name in prometheus.XOpts{...}, if there is one in the expression.
func metricName(expression ast.Expr) string {
	var parts [3]string
	ast.Inspect(expression, func(node ast.Node) bool {
		if field, ok := node.(*ast.KeyValueExpr); ok {
			key, _ := field.Key.(*ast.Ident)
			value := stringsIn([]ast.Expr{field.Value})
			if i := slices.Index([]string{"Namespace", "Subsystem", "Name"}, fmt.Sprint(key)); i >= 0 && len(value) == 1 {
				parts[i] = value[0]
			}
			return false
		}
		return true
	})
	if parts[2] == "" {
		return ""
	}
	return prometheus.BuildFQName(parts[0], parts[1], parts[2])
}

func stringsIn(expressions []ast.Expr) []string {
	var result []string
	for _, expression := range expressions {
		ast.Inspect(expression, func(node ast.Node) bool {
			if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil {
					result = append(result, text)
				}
			}
			return true
		})
	}
	return result
}
