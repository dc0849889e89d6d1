package rest

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"
)

// smartPath is where apps learn how to log in
// (https://hl7.org/fhir/smart-app-launch/conformance.html#using-well-known).
const smartPath = basePath + "/.well-known/smart-configuration"

// smartConfiguration answers it, to anybody and always as application/json, or with 503 while the issuer
// cannot be asked where it is.
func (s *server) smartConfiguration(c *gin.Context) {
	if c.Request.Method != http.MethodGet && c.Request.Method != http.MethodHead {
		s.refuse(c, errOnlyRead, formOf(c.Request), []string{http.MethodGet, http.MethodHead})
		return
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), s.timeout)
	defer cancel()
	m, err := s.login.Configuration(ctx)
	if err != nil {
		s.refuse(c, err, formOf(c.Request), nil)
		return
	}
	body, err := json.Marshal(m)
	if err != nil {
		s.refuse(c, err, formOf(c.Request), nil)
		return
	}
	c.Writer.Header()["Cache-Control"] = revalidate
	c.Data(http.StatusOK, "application/json", body)
}
