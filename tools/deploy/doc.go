// Package deploy has the tests of the deployment in this folder: that Buildbarn's own messages
// take every configuration, that the cluster that they describe lets in whom it should, and that
// images, manifests, rules and dashboard fit each other. There is no code to import.
package deploy
