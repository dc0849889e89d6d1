package app

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"hearken/internal/config"
)

// certificates is what the server shows and trusts in TLS, read from files and read again when these change,
// so that a renewed certificate needs no restart. Files that cannot be read then, or do not fit together, are
// logged, and what was read before stays.
type certificates struct {
	cert, key, clients string // clients is "" for none
	now                func() time.Time
	log                *slog.Logger

	mu      sync.Mutex
	current *tls.Config
	stamp   stamp
	looked  time.Time
}

// stamp tells one state of the files from another.
type stamp [3]struct {
	changed time.Time
	size    int64
}

// lookAgain is how often the files are looked at, at most.
const lookAgain = time.Second

// suites are those of TLS 1.2 that keep sessions secret when the key is stolen later, and are authenticated
// as a whole. TLS 1.3 has no others.
var suites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// newCertificates reads the configured files; nil when TLS is not configured.
func newCertificates(c config.Config, d Deps) (*certificates, error) {
	if c.TLSCert == "" {
		return nil, nil
	}
	t := &certificates{cert: c.TLSCert, key: c.TLSKey, clients: c.TLSClientCA, now: d.Now, log: d.Log}
	t.stamp, t.looked = t.stampNow(), t.now()
	var err error
	if t.current, err = t.load(); err != nil {
		return nil, fmt.Errorf("tls-cert: %w", err)
	}
	return t, nil
}

var errNoCA = errors.New("no certificate in the file of those who vouch for clients")

func (t *certificates) load() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(t.cert, t.key)
	if err != nil {
		return nil, err
	}
	out := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, CipherSuites: suites, NextProtos: []string{"h2", "http/1.1"}}
	if t.clients != "" {
		text, err := os.ReadFile(t.clients)
		if err != nil {
			return nil, err
		}
		out.ClientCAs, out.ClientAuth = x509.NewCertPool(), tls.VerifyClientCertIfGiven
		if !out.ClientCAs.AppendCertsFromPEM(text) {
			return nil, errNoCA
		}
	}
	return out, nil
}

// config is that of the whole server: each handshake takes what holds then.
func (t *certificates) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return t.inForce(), nil }}
}

func (t *certificates) inForce() *tls.Config {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if now.Sub(t.looked) < lookAgain {
		return t.current
	}
	t.looked = now
	stamp := t.stampNow()
	if stamp == t.stamp {
		return t.current
	}
	t.stamp = stamp
	loaded, err := t.load()
	if err != nil {
		t.log.Error("the TLS files have changed and cannot be used: those from before go on being used", slog.Any("error", err))
		return t.current
	}
	t.log.Info("the TLS files have changed and are in use")
	t.current = loaded
	return loaded
}

func (t *certificates) stampNow() (s stamp) {
	for i, name := range []string{t.cert, t.key, t.clients} {
		if info, err := os.Stat(name); err == nil {
			s[i].changed, s[i].size = info.ModTime(), info.Size()
		}
	}
	return s
}
