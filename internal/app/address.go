package app

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"hearken/internal/config"
)

// listen opens the configured address, if it may be: beyond this machine only with a login. loopbackOnly says
// that nobody but this machine can connect.
func listen(c config.Config) (listener net.Listener, loopbackOnly bool, err error) {
	if c.DevLogin && !namesLoopback(c.Listen) {
		return nil, false, errDevLogin
	}
	open := c.Insecure || c.Login()
	if !namesLoopback(c.Listen) && !open {
		return nil, false, refusal(c.Listen)
	}
	listener, err = net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, false, fmt.Errorf("listen: %w", err)
	}
	// What the name led to counts, not the name: localhost is what a hosts file says it is.
	loopbackOnly = isLoopback(listener.Addr())
	if !loopbackOnly && !open {
		_ = listener.Close() // nobody has connected yet
		return nil, false, refusal(c.Listen)
	}
	if !loopbackOnly && c.DevLogin {
		return nil, false, errors.Join(errDevLogin, listener.Close())
	}
	if !loopbackOnly && c.Login() && c.BaseURL == "" {
		return nil, false, errors.Join(errNoBase, listener.Close())
	}
	return listener, loopbackOnly, nil
}

func refusal(address string) error {
	return fmt.Errorf("listen: %s can be reached from other machines, and no login is configured: anyone there could read and "+
		"change every record. Say who logs people in (--issuer), use an address of this machine only (--listen 127.0.0.1:8080), "+
		"or say --insecure where that is really wanted", address)
}

// namesLoopback reports whether an address is written as one of this machine only.
func namesLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
