package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a_test.go")
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestManifest(t *testing.T) {
	output := filepath.Join(t.TempDir(), "marks.json")
	b := write(t, "package p\n\nfunc TestB(t *testing.T) {}\n")
	a := write(t, "package p\n\n//xdist:serial\nfunc TestA(t *testing.T) {}\n")
	if err := run([]string{"@" + write(t, output+"\n"+b+"\n"+a+"\n")}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	var got []model.GoTest
	if err := json.Unmarshal(content, &got); err != nil {
		t.Fatal(err)
	}
	want := []model.GoTest{
		{Name: "TestA", File: "a_test.go", Line: 4, Serial: true},
		{Name: "TestB", File: "a_test.go", Line: 3},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestNoTests(t *testing.T) {
	if got, err := manifest(nil); err != nil || string(got) != "[]" {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestErrorsOfAllFiles(t *testing.T) {
	bad := "package p\n\n//xdist:serail\nfunc TestB(t *testing.T) {}\n"
	one, two := write(t, bad), write(t, bad)
	err := run([]string{filepath.Join(t.TempDir(), "marks.json"), one, two, "missing_test.go"})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{one + ":3: ", two + ":3: ", "missing_test.go"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v: lacks %s", err, want)
		}
	}
}
