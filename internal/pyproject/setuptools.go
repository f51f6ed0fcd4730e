package pyproject

import (
	"regexp"
	"strings"

	"gopkg.in/ini.v1"
)

// readSetupCfg reads what setuptools takes from a setup.cfg.
// https://setuptools.pypa.io/en/latest/userguide/declarative_config.html
func (p *Project) readSetupCfg(content []byte) {
	file, err := ini.LoadSources(ini.LoadOptions{
		AllowPythonMultilineValues: true,
		AllowBooleanKeys:           true,
		IgnoreContinuation:         true,
		IgnoreInlineComment:        true,
		SkipUnrecognizableLines:    true,
		PreserveSurroundedQuote:    true,
	}, content)
	if err != nil {
		return // setuptools' to tell
	}
	p.Distribution = p.Distribution || file.HasSection("metadata") || file.HasSection("options")
	for entry := range strings.FieldsFuncSeq(file.Section("options").Key("package_dir").Value(), isSeparator) {
		if name, folder, ok := strings.Cut(entry, "="); ok {
			p.addPackageDir(strings.TrimSpace(name), strings.TrimSpace(folder))
		}
	}
	for folder := range strings.FieldsFuncSeq(file.Section("options.packages.find").Key("where").Value(), isSeparator) {
		p.addRoot(strings.TrimSpace(folder))
	}
	for point := range strings.Lines(file.Section("options.entry_points").Key(pytestPlugins).Value()) {
		p.addEntryPoint(point)
	}
}

// addEntryPoint adds an entry point written as name = module.
func (p *Project) addEntryPoint(text string) {
	if _, point, ok := strings.Cut(text, "="); ok {
		p.addPlugin(point)
	}
}

// isSeparator says whether a rune ends an element of a list in a setup.cfg.
func isSeparator(r rune) bool { return r == '\n' || r == ',' }

// rootsInSetupPy are the ways in which a setup.py names a folder by a literal. It is a
// program; one that computes its folders is followed by convention alone.
var rootsInSetupPy = []*regexp.Regexp{
	regexp.MustCompile(`\bpackage_dir\s*=\s*\{\s*["']{2}\s*:\s*["']([^"'\n]+)["']`),
	regexp.MustCompile(`\bfind(?:_namespace)?_packages\(\s*(?:where\s*=\s*)?["']([^"'\n]+)["']`),
}

// pluginsInSetupPy is how a setup.py names plugins of pytest by literals.
var pluginsInSetupPy = regexp.MustCompile(`["']` + pytestPlugins + `["']\s*:\s*\[([^\]]*)\]`)

func (p *Project) readSetupPy(content []byte) {
	p.Distribution = true
	for _, found := range pluginsInSetupPy.FindAllSubmatch(content, -1) {
		for point := range strings.SplitSeq(string(found[1]), ",") {
			p.addEntryPoint(strings.Trim(strings.TrimSpace(point), `"'`))
		}
	}
	for _, way := range rootsInSetupPy {
		for _, found := range way.FindAllSubmatch(content, -1) {
			p.addRoot(string(found[1]))
		}
	}
}
