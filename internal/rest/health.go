package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// Where a supervisor asks how the server is.
const (
	healthPath = "/healthz"       // 200 as long as the process answers
	readyPath  = "/readyz"        // 200 when look-ups would be answered, with what is to be known besides: that writes are refused, and why; else 503 and why
	writesPath = "/readyz/writes" // 200 when writes would succeed as well; else 503 and why
)

// Readiness is what a server would do with the next request. Look-ups and writes are told apart: a server
// that finds plans and takes none must not be taken out of a balancer's list, for it may be the only one that
// finds them. The words of both go to whoever asks.
type Readiness struct {
	Lookups error // nil when look-ups by identifier would be answered
	Writes  error // nil when writes would succeed
}

func (s *server) health(c *gin.Context) { writeText(c, http.StatusOK, "ok\n") }

func (s *server) readiness(c *gin.Context) {
	ready := s.ready()
	switch {
	case ready.Lookups != nil:
		notReady(c, ready.Lookups)
	case ready.Writes != nil:
		writeText(c, http.StatusOK, "ready for look-ups; writes are refused: "+ready.Writes.Error()+"\n"+s.remark)
	default:
		writeText(c, http.StatusOK, "ready\n"+s.remark)
	}
}

func (s *server) readinessForWrites(c *gin.Context) {
	ready := s.ready()
	switch {
	case ready.Lookups != nil:
		notReady(c, ready.Lookups)
	case ready.Writes != nil:
		notReady(c, ready.Writes)
	default:
		writeText(c, http.StatusOK, "ready\n"+s.remark)
	}
}

func notReady(c *gin.Context, why error) {
	writeText(c, http.StatusServiceUnavailable, "not ready: "+why.Error()+"\n")
}

func writeText(c *gin.Context, status int, text string) {
	c.Data(status, "text/plain; charset=utf-8", []byte(text))
}
