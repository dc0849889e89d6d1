package rest

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
)

// requestIDHeader names one request in the client's log and in ours (https://hl7.org/fhir/R4/http.html#custom).
const requestIDHeader = "X-Request-Id"

// requestIDForm is what a client's request id may look like to be mirrored and logged.
var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9._:/+=-]{1,128}$`)

// longNumber finds what could be an NHS number or another person's number in a client's request id.
var longNumber = regexp.MustCompile(`[0-9]{9,}`)

// uuidForm is the form most clients' ids have: whatever digits are in one are chance.
var uuidForm = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// withheld stands for an id that is neither logged nor recorded.
const withheld = "[withheld]"

// requestIDRecorded is the id as the audit log has it: none for one that is withheld.
func requestIDRecorded(c *gin.Context) string {
	if id := c.GetString(requestIDKey); id != withheld {
		return id
	}
	return ""
}

// requestID is the request's id, the client's own if it sent a usable one, and the same as it may stand in
// the log: one that holds a long number is left out, because it might be somebody's, and so are one without
// any digit, which might be a name, and a piece of the access token.
func (s *server) requestID(r *http.Request) (id, logged string) {
	id = r.Header.Get(requestIDHeader)
	if !requestIDForm.MatchString(id) {
		id = s.newRequestID()
		return id, id
	}
	if uuidForm.MatchString(id) {
		return id, id
	}
	if longNumber.MatchString(id) || !strings.ContainsAny(id, "0123456789") || holds(r.Header["Authorization"], id) {
		return id, withheld
	}
	return id, id
}

// shortestSecret is how much of a token could be of use to somebody.
const shortestSecret = 16

// holds reports whether credentials hold an id.
func holds(credentials []string, id string) bool {
	return len(id) >= shortestSecret && slices.ContainsFunc(credentials, func(one string) bool { return strings.Contains(one, id) })
}
