package rest

import (
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"

	"github.com/gin-gonic/gin"
)

// recoverPanic answers a panic with 500 and puts its stack into the log. What the panic said stays out of it,
// unless the Go runtime said it: a value might be a patient's.
func (s *server) recoverPanic(c *gin.Context) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if p == http.ErrAbortHandler {
			panic(p) // net/http's own way to give a connection up
		}
		s.log.LogAttrs(c.Request.Context(), slog.LevelError, "panic",
			slog.String("what", panicWords(p)),
			slog.String("request_id", c.GetString(requestIDKey)),
			slog.String("stack", string(debug.Stack())))
		if c.Writer.Written() {
			panic(http.ErrAbortHandler) // half an answer is out: let the client see that it is broken
		}
		s.write(c.Writer, c.Request, failure(errPanic), formOf(c.Request))
	}()
	c.Next()
}

func panicWords(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error()
	}
	return "a value that is not logged"
}
