package main

import (
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"
)

// requestTimeout ends a request the server never answers.
const requestTimeout = 60 * time.Second

const fhirJSON = "application/fhir+json"

// newClient makes a client that keeps one connection per load client, uses no proxy and, unless
// allowed, refuses to dial anything but loopback, whatever a name, link or redirect says.
func newClient(o options) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if !o.allowRemote {
		dialer.Control = refuseRemote
	}
	return &http.Client{
		Timeout: requestTimeout,
		Transport: &http.Transport{
			DialContext:         dialer.DialContext,
			MaxIdleConns:        o.clients,
			MaxIdleConnsPerHost: o.clients,
			MaxConnsPerHost:     o.clients,
			IdleConnTimeout:     requestTimeout,
			DisableCompression:  true, // or the client would measure its own decompression
		},
	}
}

func refuseRemote(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%s is not on the loopback interface (--allow-remote)", host)
	}
	return nil
}

// header is what every request carries.
func (o options) header() http.Header {
	header := http.Header{"Accept": {fhirJSON}}
	if o.token != "" {
		header.Set("Authorization", "Bearer "+o.token)
	}
	return header
}
