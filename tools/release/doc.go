// Package release tests what a release hands to the Bazel Central Registry: the templates of
// .bcr, the workflows that fill them in, the archive, and that all of them name the same
// versions. It looks at the whole repository, which no Bazel target can, so `go test` runs it.
//
// It asks no registry. What only that can say - that a version exists, that a user has a
// number - is in testdata/registry.json as it was seen, or left to the registry's presubmit.
package release
