package toolchain

import (
	"maps"
	"testing"
	"testing/fstest"
)

func TestIdentityChangesWithWhatIsInstalled(t *testing.T) {
	machine := fstest.MapFS{
		"etc/os-release":      {Data: []byte("ID=debian\n")},
		"var/lib/dpkg/status": {Data: []byte("Package: python3\nVersion: 3.14\n")},
		"usr/local/lib/python3.14/dist-packages/pytest-9.1.dist-info/METADATA": {},
		"home/somebody/notes.txt": {},
	}
	before := identity(t, machine)
	if again := identity(t, machine); again != before {
		t.Errorf("the same machine is %s and %s", before, again)
	}
	for name, change := range map[string]func(fstest.MapFS){
		"a package is upgraded": func(m fstest.MapFS) {
			m["var/lib/dpkg/status"] = &fstest.MapFile{Data: []byte("Package: python3\nVersion: 3.15\n")}
		},
		"pip adds a package": func(m fstest.MapFS) {
			m["usr/local/lib/python3.14/dist-packages/pluggy-2.dist-info/METADATA"] = &fstest.MapFile{}
		},
		"a program is added": func(m fstest.MapFS) { m["usr/local/bin/node"] = &fstest.MapFile{} },
	} {
		changed := maps.Clone(machine)
		change(changed)
		if identity(t, changed) == before {
			t.Errorf("%s: the identity stays", name)
		}
	}
	other := maps.Clone(machine)
	other["home/somebody/more.txt"] = &fstest.MapFile{}
	if identity(t, other) != before {
		t.Error("a person's file changes the identity")
	}
}

func identity(t *testing.T, machine fstest.MapFS) string {
	t.Helper()
	id, err := Identity(machine)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
