package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

type workflow struct {
	Jobs map[string]struct {
		Uses  string
		With  map[string]any
		Steps []struct{ Uses string }
	}
}

func workflows(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(inRepository(".github/workflows/*.yaml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	return names
}

func TestWorkflowsLint(t *testing.T) {
	// No dependency of those who use the rules: it is run at its version.
	command := exec.Command("go", append([]string{"run", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12", "-no-color"}, workflows(t)...)...)
	if says, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, says)
	}
}

var (
	signing     = regexp.MustCompile(`^bazel-contrib/(\.github|publish-to-bcr)/\.github/workflows/`)
	wholeTag    = regexp.MustCompile(`@v\d+\.\d+\.\d+$`)
	ownWorkflow = regexp.MustCompile(`^\./(.+)$`)
)

// The registry verifies which workflow signed, by its whole version: a commit or a shorter
// tag is refused.
func TestSigningWorkflowsHaveWholeTags(t *testing.T) {
	signers := 0
	for _, name := range workflows(t) {
		var w workflow
		decodeYAML(t, filepath.Join(".github/workflows", filepath.Base(name)), &w)
		for job, does := range w.Jobs {
			if signing.MatchString(does.Uses) {
				signers++
				if !wholeTag.MatchString(does.Uses) {
					t.Errorf("%s: %s: %s: not a tag vX.Y.Z", name, job, does.Uses)
				}
			}
			if own := ownWorkflow.FindStringSubmatch(does.Uses); own != nil {
				if _, err := os.Stat(inRepository(own[1])); err != nil {
					t.Errorf("%s: %s: %v", name, job, err)
				}
			}
		}
	}
	if signers != 2 {
		t.Errorf("%d workflows of others sign; one attests the archive, one the registry's files", signers)
	}
}

func TestReleaseUploadsTheArchive(t *testing.T) {
	var w workflow
	decodeYAML(t, ".github/workflows/release.yaml", &w)
	with := w.Jobs["release"].With
	archive := expand(decodeJSON(t, ".bcr/source.template.json")["url"].(string), "1.2.3")
	if matched, err := filepath.Match(with["release_files"].(string), filepath.Base(archive)); err != nil || !matched {
		t.Errorf("release_files %q do not hold %s: %v", with["release_files"], filepath.Base(archive), err)
	}
	program, err := os.Stat(inRepository(with["release_prep_command"].(string)))
	if err != nil || program.Mode()&0o111 == 0 {
		t.Errorf("release_prep_command %q is no program: %v", with["release_prep_command"], err)
	}
}
