package app

import (
	"net"
	"net/http"
	"sync"
)

// unused are the connections on which no request has come yet. Browsers open some in advance, and
// http.Server.Shutdown waits five seconds for each to show that it is nobody's.
type unused struct {
	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

// track is a http.Server's ConnState.
func (u *unused) track(conn net.Conn, state http.ConnState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if state == http.StateNew {
		u.conns[conn] = struct{}{}
	} else {
		delete(u.conns, conn)
	}
}

// close closes them all. A client whose first request crosses this finds what it would have found a moment later.
func (u *unused) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for conn := range u.conns {
		_ = conn.Close() // nothing was promised on it
	}
}
