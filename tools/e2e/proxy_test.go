//go:build e2e

package e2e

import (
	"io"
	"net"
	"sync"
	"testing"
)

// proxy is the network between Bazel and a server, as far as it can break.
type proxy struct {
	t       *testing.T
	target  string
	address string

	mutex       sync.Mutex
	listener    net.Listener
	connections []*link
}

// link is a connection through the proxy.
type link struct {
	client, server net.Conn
	mutex          sync.Mutex
	lost           bool // nothing arrives any more, and nobody is told
}

func startProxy(t *testing.T, target string) *proxy {
	t.Helper()
	p := &proxy{t: t, target: target, address: "127.0.0.1:0"}
	p.restore()
	t.Cleanup(p.cut)
	return p
}

// restore listens, at the same address each time.
func (p *proxy) restore() {
	p.t.Helper()
	listener, err := net.Listen("tcp", p.address)
	check(p.t, err)
	p.listener, p.address = listener, listener.Addr().String()
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			p.connect(client)
		}
	}()
}

func (p *proxy) connect(client net.Conn) {
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		client.Close()
		return
	}
	made := &link{client: client, server: server}
	p.mutex.Lock()
	p.connections = append(p.connections, made)
	p.mutex.Unlock()
	go made.carry(server, client)
	go made.carry(client, server)
}

// cut closes all connections and accepts no more.
func (p *proxy) cut() {
	p.listener.Close()
	for _, one := range p.all() {
		one.close()
	}
}

// forget carries nothing more on today's connections, and does not close them, as a router
// that was restarted does.
func (p *proxy) forget() {
	for _, one := range p.all() {
		one.mutex.Lock()
		one.lost = true
		one.mutex.Unlock()
	}
}

func (p *proxy) all() []*link {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.connections
}

func (l *link) close() {
	l.client.Close()
	l.server.Close()
}

func (l *link) carry(to io.Writer, from io.Reader) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		l.mutex.Lock()
		lost := l.lost
		l.mutex.Unlock()
		if lost && err == nil {
			continue
		}
		if _, failed := to.Write(buffer[:n]); failed != nil || err != nil {
			l.close()
			return
		}
	}
}
