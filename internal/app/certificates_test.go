package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hearken/internal/app"
	"hearken/internal/config"
)

// certificate makes one for 127.0.0.1 that vouches for itself, and writes it and its key to a folder.
func certificate(t *testing.T, folder string, serial int64) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// secure is a server by TLS, with a clock of its own so that its files are looked at whenever the test wants.
func secure(t *testing.T, folder string, passed *atomic.Int64, change func(*config.Config)) *server {
	began := time.Now()
	s := startWith(t, func(c *config.Config) {
		c.TLSCert, c.TLSKey = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
		if change != nil {
			change(c)
		}
	}, app.Deps{Now: func() time.Time { return began.Add(time.Duration(passed.Load())) }})
	s.base = strings.Replace(s.base, "http://", "https://", 1)
	return s
}

// dial has the server spoken to by TLS, without kept connections.
func (s *server) dial(c *tls.Config) {
	c.InsecureSkipVerify = true // whose certificate it is, the test looks at itself
	s.http = &http.Client{Transport: &http.Transport{TLSClientConfig: c, DisableKeepAlives: true}}
}

func (s *server) serial(t *testing.T) int64 {
	t.Helper()
	r, err := s.http.Get(s.base + "/metadata")
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != 200 || r.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("by TLS: %d %v", r.StatusCode, r.Header)
	}
	return r.TLS.PeerCertificates[0].SerialNumber.Int64()
}

// A renewed certificate is in use with the next handshake; one that is broken changes nothing.
func TestTLS_Reload(t *testing.T) {
	folder, passed := t.TempDir(), new(atomic.Int64)
	certificate(t, folder, 1)
	s := secure(t, folder, passed, nil)
	s.dial(&tls.Config{})
	if got := s.serial(t); got != 1 {
		t.Fatalf("certificate %d, want 1", got)
	}
	for _, step := range []struct {
		name  string
		write func()
		want  int64
	}{
		{"a renewed one", func() { certificate(t, folder, 2) }, 2},
		{"half of one", func() { _ = os.WriteFile(filepath.Join(folder, "cert.pem"), []byte("-----BEGIN"), 0o600) }, 2},
		{"none", func() { _ = os.Remove(filepath.Join(folder, "cert.pem")) }, 2},
		{"another", func() { certificate(t, folder, 3) }, 3},
	} {
		step.write()
		if passed.Add(int64(2 * time.Second)); s.serial(t) != step.want {
			t.Errorf("%s: not certificate %d", step.name, step.want)
		}
	}
	if !strings.Contains(s.log.String(), "cannot be used") {
		t.Error("the log says nothing of the broken files")
	}
}

func TestTLS_Versions(t *testing.T) {
	folder, passed := t.TempDir(), new(atomic.Int64)
	certificate(t, folder, 1)
	s := secure(t, folder, passed, nil)
	for _, row := range []struct {
		name   string
		client *tls.Config
		works  bool
	}{
		{"1.3", &tls.Config{MinVersion: tls.VersionTLS13}, true},
		{"1.2", &tls.Config{MaxVersion: tls.VersionTLS12}, true},
		{"1.1", &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, false},
		{"CBC", &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}}, false},
	} {
		s.dial(row.client)
		r, err := s.http.Get(s.base + "/metadata")
		if (err == nil) != row.works {
			t.Errorf("%s: %v, want works %v", row.name, err, row.works)
		}
		if err == nil {
			_ = r.Body.Close()
		}
	}
}

// A token that is bound to a client certificate is good with it alone, and a certificate that nobody vouches
// for is refused.
func TestTLS_ClientCertificate(t *testing.T) {
	folder, clients, strangers, passed := t.TempDir(), t.TempDir(), t.TempDir(), new(atomic.Int64)
	certificate(t, folder, 1)
	own, stranger := certificate(t, clients, 7), certificate(t, strangers, 8)
	i := newIssuer(t)
	s := secure(t, folder, passed, func(c *config.Config) {
		c.TLSClientCA, c.Issuers = filepath.Join(clients, "cert.pem"), []string{i.Server.URL}
		c.Administrators = []config.Person{{Issuer: i.Server.URL, Subject: "admin"}}
	})
	i.audience = s.base
	thumbprint := sha256.Sum256(own.Certificate[0])
	bound := "Authorization: Bearer " + i.token(claims{"sub": "admin", "scope": everything, "cnf": claims{"x5t#S256": b64(thumbprint[:])}})
	s.dial(&tls.Config{Certificates: []tls.Certificate{own}})
	s.must(404, "GET /Contract/none", "", bound)
	s.dial(&tls.Config{})
	if r := s.must(401, "GET /Contract/none", "", bound); !strings.Contains(string(r.body), "certificate-missing") {
		t.Errorf("a bound token without certificate: %s", shorten(r.body))
	}
	s.dial(&tls.Config{GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &stranger, nil }})
	if r, err := s.http.Get(s.base + "/metadata"); err == nil {
		_ = r.Body.Close()
		t.Error("a certificate that nobody vouches for is taken")
	}
}
