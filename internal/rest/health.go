package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// Where a supervisor asks how the server is.
const (
	healthPath = "/healthz" // 200 as long as the process answers
	readyPath  = "/readyz"  // 200 when reads and writes would succeed, and what is to be known besides; else 503 and why
)

func (s *server) health(c *gin.Context) { writeText(c, http.StatusOK, "ok\n") }

func (s *server) readiness(c *gin.Context) {
	if err := s.ready(); err != nil {
		writeText(c, http.StatusServiceUnavailable, "not ready: "+err.Error()+"\n")
		return
	}
	writeText(c, http.StatusOK, "ready\n"+s.remark)
}

func writeText(c *gin.Context, status int, text string) {
	c.Data(status, "text/plain; charset=utf-8", []byte(text))
}
