// Package gazelle_ext is a Gazelle extension that makes sharded test targets
// from pytest-xdist's group and serial markers.
//
// It reads Python sources without running them. When Gazelle configures the
// repository's root, the extension surveys the whole tree once (survey.go),
// decides every target in one pure step (package plan), and afterwards only
// renders, folder by folder, what was decided (generate.go) and resolves
// imports (resolve.go). It registers none of rules_python's kinds: the libraries
// it makes are of a kind of its own that is mapped to py_library.
package gazelle_ext

import (
	"flag"
	"os"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/bazelbuild/bazel-gazelle/rule"
)

const languageName = "xdist"

// xdist implements Gazelle's language.Language. One instance serves one run.
type xdist struct {
	language.BaseLifecycleManager

	survey     *survey
	report     report
	cycles     cycles
	unresolved unresolved
	// leftOut are the dependencies that the second process leaves out. See exit.go.
	leftOut leftOut
}

// NewLanguage is called by the main function that gazelle_binary generates.
func NewLanguage() language.Language {
	return &xdist{unresolved: unresolved{}, leftOut: readLeftOut(os.Getenv(leftOutEnv))}
}

func (*xdist) Name() string { return languageName }

func (*xdist) RegisterFlags(*flag.FlagSet, string, *config.Config) {}

func (*xdist) CheckFlags(*flag.FlagSet, *config.Config) error {
	muteSecond()
	return nil
}

func (*xdist) Fix(*config.Config, *rule.File) {}

// DoneGeneratingRules reports what was wrong with the sources and directives; what is
// wrong with imports is known later. Gazelle may still have errors of its own to tell, of
// BUILD files for example.
func (x *xdist) DoneGeneratingRules() { x.report.print() }
