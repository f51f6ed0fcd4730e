// Package e2e runs real Bazel on a copy of examples/platform and looks at what a
// person would see. It starts Bazel itself and takes minutes, so it stands behind a
// build tag:
//
//	go test -tags=e2e -count=1 -timeout=45m ./tools/e2e
package e2e
