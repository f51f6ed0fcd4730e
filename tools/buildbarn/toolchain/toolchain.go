// Package toolchain names what actions find on a machine beside their inputs: its system's
// compilers and interpreters. It goes into every action's key, so that a machine that was
// upgraded serves no result of before.
package toolchain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
)

// What tells of everything that is installed. Databases of package managers have each
// package's version; of packages of Python that pip installed, the folders' names do.
var (
	databases = []string{
		"etc/os-release",
		"lib/apk/db/installed",
		"usr/lib/sysimage/rpm/rpmdb.sqlite",
		"var/lib/dpkg/status",
		"var/lib/rpm/rpmdb.sqlite",
	}
	folders = []string{
		"usr/lib/python3*/*-packages/*.dist-info",
		"usr/local/bin/*",
		"usr/local/lib/python3*/*-packages/*.dist-info",
	}
)

// Identity is the same for machines, given by their root folders, that have the same system
// installed, and short enough to be looked at. What a person compiled by hand it does not see.
func Identity(root fs.FS) (string, error) {
	hash := sha256.New()
	for _, name := range databases {
		content, err := fs.ReadFile(root, name)
		if err == nil {
			fmt.Fprintf(hash, "%s %x\n", name, sha256.Sum256(content))
		}
	}
	for _, pattern := range folders {
		found, err := fs.Glob(root, pattern)
		if err != nil {
			return "", err
		}
		slices.Sort(found)
		for _, name := range found {
			fmt.Fprintln(hash, name)
		}
	}
	return hex.EncodeToString(hash.Sum(nil))[:16], nil
}
