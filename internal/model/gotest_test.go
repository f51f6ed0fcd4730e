package model

import "testing"

func TestGoUnits(t *testing.T) {
	plain := GoTest{Name: "TestA", File: "a_test.go"}
	grouped := GoTest{Name: "TestB", File: "a_test.go", Group: "db"}
	scoped := GoTest{Name: "TestC", File: "a_test.go", Scope: "api"}
	unknown := GoTest{Name: "TestD"} // of no source that was read
	for _, test := range []struct {
		dist string
		want [4]string
	}{
		{Load, [4]string{"TestA", "TestB", "TestC", "TestD"}},
		{LoadGroup, [4]string{"TestA", "group:db", "TestC", "TestD"}},
		{LoadScope, [4]string{"TestA", "TestB", "scope:api", "TestD"}},
		{LoadFile, [4]string{"a_test.go", "a_test.go", "a_test.go", "TestD"}},
		{No, [4]string{}},
	} {
		for i, subject := range []GoTest{plain, grouped, scoped, unknown} {
			if got := subject.Unit(test.dist); got != test.want[i] {
				t.Errorf("%s: %s is in unit %q, want %q", test.dist, subject.Name, got, test.want[i])
			}
		}
	}
}

func TestGoPart(t *testing.T) {
	for want, test := range map[Part]GoTest{Serial: {Serial: true, Group: "db"}, Rest: {Group: "db"}} {
		if got := test.Part(); got != want {
			t.Errorf("%+v: part %s, want %s", test, got, want)
		}
	}
}
