package cluster

import (
	"net"
	"testing"
)

func TestIsLoopback(t *testing.T) {
	for _, test := range []struct {
		address  string
		loopback bool
		wrong    bool
	}{
		{address: "127.0.0.1:8980", loopback: true},
		{address: "127.8.9.10:8980", loopback: true},
		{address: "[::1]:0", loopback: true},
		{address: "localhost:8980", loopback: true},
		{address: "[::ffff:127.0.0.1]:1", loopback: true},
		{address: "0.0.0.0:8980"},
		{address: "[::]:8980"},
		{address: ":8980"},
		{address: "192.168.0.1:8980"},
		{address: "localhost.example:8980"},
		{address: "127.0.0.1.example:8980"},
		{address: "127.0.0.1", wrong: true},
		{address: "", wrong: true},
		{address: "::1:8980", wrong: true},
	} {
		loopback, err := IsLoopback(test.address)
		if loopback != test.loopback || (err != nil) != test.wrong {
			t.Errorf("%q: %t, %v", test.address, loopback, err)
		}
	}
}

func TestConcrete(t *testing.T) {
	if got, err := Concrete("127.0.0.1:8980"); got != "127.0.0.1:8980" || err != nil {
		t.Errorf("a port that is given: %s, %v", got, err)
	}
	free, err := Concrete("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", free)
	if err != nil {
		t.Fatalf("%s is not free: %v", free, err)
	}
	if err := listener.Close(); err != nil {
		t.Error(err)
	}
	for _, wrong := range []string{"nowhere", "256.0.0.1:0"} {
		if got, err := Concrete(wrong); err == nil {
			t.Errorf("%s: %s", wrong, got)
		}
	}
}
