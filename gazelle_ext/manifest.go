package gazelle_ext

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/label"
	"go.yaml.in/yaml/v3"
)

const manifestFile = "gazelle_python.yaml"

// manifest says which third-party distribution provides a module. The file is
// rules_python's: its gazelle_python_manifest rule writes it from a lock file.
type manifest struct {
	// file is relative to the repository's root.
	file string
	// distributions are by dotted module name.
	distributions map[string]string
	// repository is where the distributions are packages, "" if the file does not say.
	repository string
}

func parseManifest(file string, content []byte) (*manifest, error) {
	var parsed struct {
		Manifest struct {
			ModulesMapping map[string]string `yaml:"modules_mapping"`
			PipRepository  struct {
				Name string `yaml:"name"`
			} `yaml:"pip_repository"`
			// The older form of pip_repository.
			PipDepsRepositoryName string `yaml:"pip_deps_repository_name"`
		} `yaml:"manifest"`
	}
	if err := yaml.Unmarshal(content, &parsed); err != nil {
		return nil, manifestError(file, err)
	}
	return &manifest{
		file:          file,
		distributions: parsed.Manifest.ModulesMapping,
		repository:    cmp.Or(parsed.Manifest.PipDepsRepositoryName, parsed.Manifest.PipRepository.Name),
	}, nil
}

var yamlLine = regexp.MustCompile(`^line (\d+): `)

// manifestError puts the place of a YAML error before it.
func manifestError(file string, err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	var mistyped *yaml.TypeError
	if errors.As(err, &mistyped) {
		text = mistyped.Errors[0]
	}
	place := file + ":1: "
	if line := yamlLine.FindStringSubmatch(text); line != nil {
		place, text = fmt.Sprintf("%s:%s: ", file, line[1]), text[len(line[0]):]
	}
	return fmt.Errorf("%s%s; bazel run the gazelle_python_manifest rule's .update target to write this file anew", place, text)
}

// readManifests reads the manifests of all folders. What is wrong with one is wrong for all
// imports in its folder and below.
func (s *survey) readManifests() {
	s.manifests, s.thirdParty = map[string]*manifest{}, map[string]*thirdParty{}
	for rel, f := range s.folders {
		file, said := path.Join(rel, manifestFile), false
		if named := f.settings.manifest; named.file != "" && named.folder == rel {
			file, said = named.file, true
		}
		if !said && !f.has(manifestFile) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(file)))
		if errors.Is(err, os.ErrNotExist) {
			s.freeze(rel, fmt.Errorf("%s: this manifest does not exist, but python_manifest_file_name in //%s names it; write it by bazel run of the gazelle_python_manifest rule's .update target", file, rel))
			continue
		}
		var m *manifest
		if err == nil {
			m, err = parseManifest(file, content)
		}
		if err != nil {
			s.freeze(rel, err)
			continue
		}
		if m.repository == "" && f.settings.pipRepository == "" {
			s.freeze(rel, fmt.Errorf("%s:1: names no repository; add pip_repository: {name: NAME} to the manifest, or write # gazelle:xdist_pip_repository NAME", file))
		}
		s.manifests[rel] = m
	}
}

// manifestsOf returns the manifests in force in a folder, the nearest first.
func (s *survey) manifestsOf(rel string) []*manifest {
	var inForce []*manifest
	for _, above := range parents(rel) {
		if m := s.manifests[above]; m != nil {
			inForce = append(inForce, m)
		}
	}
	return inForce
}

// thirdParty is what the manifests in force in a folder provide.
type thirdParty struct {
	settings  importSettings
	manifests []*manifest
	// labels are of all their distributions, made when first asked for.
	labels map[label.Label]bool
}

// thirdPartyIn returns what the manifests in force in a folder provide.
func (s *survey) thirdPartyIn(rel string) *thirdParty {
	if s.thirdParty[rel] == nil {
		s.thirdParty[rel] = &thirdParty{settings: s.folders[rel].settings.importSettings, manifests: s.manifestsOf(rel)}
	}
	return s.thirdParty[rel]
}

// provider returns the library of the distribution that provides a module, as the
// nearest manifest says that knows it.
func (t *thirdParty) provider(module string) (label.Label, bool) {
	for _, m := range t.manifests {
		if distribution, ok := m.distributions[module]; ok {
			return t.settings.distributionLabel(m, distribution), true
		}
	}
	return label.NoLabel, false
}

// distribution returns the library of a distribution, by whichever spelling of its name.
func (t *thirdParty) distribution(name string) (label.Label, bool) {
	for _, m := range t.manifests {
		for _, distribution := range m.distributions {
			if normalized(distribution) == normalized(name) {
				return t.settings.distributionLabel(m, distribution), true
			}
		}
	}
	return label.NoLabel, false
}

// normalized returns the one spelling of a distribution's name.
// https://packaging.python.org/en/latest/specifications/name-normalization/
func normalized(name string) string {
	return strings.Trim(separators.ReplaceAllString(strings.ToLower(name), "-"), "-")
}

// knows says whether a manifest has the distribution of a library, so that it can be said
// whether anything imports it.
func (t *thirdParty) knows(l label.Label) bool {
	if t.labels == nil {
		t.labels = map[label.Label]bool{}
		for _, m := range t.manifests {
			for _, distribution := range m.distributions {
				t.labels[t.settings.distributionLabel(m, distribution)] = true
			}
		}
	}
	return t.labels[l]
}

var separators = regexp.MustCompile(`[-_.]+`)

// distributionLabel returns the label of a distribution.
func (s importSettings) distributionLabel(m *manifest, distribution string) label.Label {
	name := strings.ReplaceAll(cmp.Or(s.labelConvention, distributionName), distributionName, distribution)
	switch s.labelNormalization {
	case "none":
	case "pep503":
		name = normalized(name)
	default:
		name = strings.Trim(separators.ReplaceAllString(strings.ToLower(name), "_"), "_")
	}
	return label.New(cmp.Or(s.pipRepository, m.repository), name, name)
}
