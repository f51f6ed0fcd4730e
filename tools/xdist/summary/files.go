package summary

import (
	"fmt"
	"net/url"
	"os"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

// ReadFile reads a test.xml that is on this machine.
func ReadFile(uri string) (junitxml.File, error) {
	path, local := localPath(uri)
	if !local {
		return junitxml.File{}, fmt.Errorf("%q: not a file on this machine", uri)
	}
	f, err := os.Open(path)
	if err != nil {
		return junitxml.File{}, err
	}
	defer f.Close()
	file, err := junitxml.Read(f)
	if err != nil {
		return junitxml.File{}, fmt.Errorf("%s: %w", path, err)
	}
	return file, nil
}

// Place is where a person finds what a URI names.
func Place(uri string) string {
	if path, local := localPath(uri); local {
		return path
	}
	return uri
}

func localPath(uri string) (path string, local bool) {
	at, err := url.Parse(uri)
	if err != nil || at.Scheme != "file" {
		return "", false
	}
	return at.Path, true
}
