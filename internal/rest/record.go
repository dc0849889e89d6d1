package rest

import (
	"context"
	"strings"

	"github.com/gin-gonic/gin"

	"hearken/internal/interaction"
)

// refusalRecorder is a Doer that records what never became an interaction.
type refusalRecorder interface {
	// RecordRefusal records a refusal; its error is why that could not be done.
	RecordRefusal(ctx context.Context, c interaction.Call, refusal error) error
}

// recordRefusal has the refusal of a request recorded, and gives back what is to be answered: the refusal, or
// that it could not be recorded.
func (s *server) recordRefusal(c *gin.Context, refusal error) error {
	recorder, ok := s.interactions.(refusalRecorder)
	if !ok {
		return refusal
	}
	call := interaction.Call{Method: c.Request.Method, RequestID: requestIDRecorded(c), Address: s.base.client(c.Request)}
	call.Path, _ = splitPath(strings.TrimPrefix(c.Request.URL.EscapedPath(), basePath))
	if err := recorder.RecordRefusal(c.Request.Context(), call, refusal); err != nil {
		return err
	}
	return refusal
}
