package pyscan

import (
	"path"
	"slices"
	"strings"
)

const collectIgnore = "collect_ignore"

// readIgnored reads what a conftest.py leaves out. Which files have tests must be known
// before modules are linked, so what it imports is unknown.
func (s *Source) readIgnored() {
	if path.Base(s.Path) != "conftest.py" || !strings.Contains(s.mod.Text, collectIgnore) {
		return
	}
	alone := &Source{Path: s.Path, options: s.options, mod: s.mod}
	alone.evaluate()
	s.File.CollectIgnore = alone.ev.names(collectIgnore)
	s.File.CollectIgnoreGlob = alone.ev.names(collectIgnore + "_glob")
}

// names returns the strings in a list of the module, as far as they are in it whichever
// way the module runs; nil if it has no such variable.
func (ev *evaluator) names(variable string) []string {
	v := ev.module.get(variable)
	if _, ok := v.(unbound); ok {
		return nil
	}
	var names []string
	for i, alternative := range alternativesOf(v) {
		elements, _ := alternative.(list)
		here := []string{}
		for _, element := range elements {
			if name, ok := element.(text); ok && (i == 0 || slices.Contains(names, string(name))) {
				here = append(here, strings.Clone(string(name)))
			}
		}
		names = here
	}
	return names
}
