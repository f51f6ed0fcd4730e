package cluster

import (
	"fmt"
	"net"
)

// IsLoopback tells whether only this machine can reach an address, HOST:PORT. Of names it
// trusts only localhost: others may resolve to anything.
func IsLoopback(address string) (bool, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false, fmt.Errorf("must be HOST:PORT: %w", err)
	}
	return host == "localhost" || net.ParseIP(host).IsLoopback(), nil
}

// Concrete replaces port 0 by one that is free.
func Concrete(address string) (string, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil || port != "0" {
		return address, err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
