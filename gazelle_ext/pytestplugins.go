package gazelle_ext

import (
	"fmt"
	"regexp"

	"github.com/rules-xdist/rules_xdist/internal/pytestini"
)

// requiredPlugin is a distribution without which pytest does not start.
type requiredPlugin struct {
	distribution string
	file         string
	line         int
}

// addConfigured adds what pytest imports for every test of a test root because of its
// configuration file. Like pytest, which has plugins of its own by these names, nothing
// here misses those that are not found.
func (i *imports) addConfigured(s *survey, testRoot string) {
	config := s.folders[testRoot].settings.pytest
	for _, named := range configuredModules(config) {
		i.modules = append(i.modules, wantedModule{
			written:  named.module,
			module:   named.module,
			full:     named.module,
			names:    enclosing(named.module),
			file:     config.File,
			line:     config.Line(named.option),
			optional: true,
		})
	}
	required, _ := config.Args("required_plugins")
	for _, requirement := range required {
		if name := distributionOf.FindString(requirement); name != "" {
			i.plugins = append(i.plugins, requiredPlugin{name, config.File, config.Line("required_plugins")})
		}
	}
}

// configuredModule is a module that an option of pytest's configuration names.
type configuredModule struct{ option, module string }

// configuredModules returns the plugins of -p, and the settings of pytest-django with it.
func configuredModules(config pytestini.Config) []configuredModule {
	var modules []configuredModule
	for _, name := range config.Plugins() {
		modules = append(modules, configuredModule{"addopts", name})
	}
	option := "addopts"
	settings := config.Flags("--ds")
	if len(settings) == 0 {
		option = "DJANGO_SETTINGS_MODULE"
		settings, _ = config.Args(option)
	}
	if n := len(settings); n > 0 {
		modules = append(modules, configuredModule{option, settings[n-1]}, configuredModule{option, "pytest_django"})
	}
	return modules
}

// distributionOf matches the name at the beginning of a requirement such as name>=1.
var distributionOf = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*`)

// addPlugin adds a distribution that pytest's configuration asks for. Without a manifest it
// is the interpreter's, and pytest itself misses it.
func (d *dependencies) addPlugin(plugin requiredPlugin) {
	l, ok := d.thirdParty().distribution(plugin.distribution)
	switch {
	case ok:
		d.addLabel(l, origin{plugin.file, plugin.line})
	case d.validates():
		d.report.warn(fmt.Errorf("%s:%d: required_plugins: %s: no manifest has this distribution, without which pytest does not start; add it to the requirements and bazel run the .update target of the gazelle_python_manifest rule", plugin.file, plugin.line, plugin.distribution))
	}
}
