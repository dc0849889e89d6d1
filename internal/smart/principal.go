package smart

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"hearken/fhir"
)

// Principal is who is asking, as a checked token says: nothing here is looked up, and nothing of it may be
// believed without the token. A Principal is shared between requests and must not be changed. A nil Principal
// is nobody: it may do nothing.
//
// Printed and logged it shows neither claims nor identity, only its issuer, its client and whether there is
// an end user.
type Principal struct {
	Issuer   string // "iss", or the configured issuer that vouched for an opaque token
	Subject  string // "sub": names the person or client at the issuer, and nobody else's subject there
	ClientID string // the software, as the issuer knows it
	ActorID  string // who acts for the subject: a proxy, by the issuer's word; "" for none
	TokenID  string // "jti"; "" when the token has none

	Scopes  Scopes
	Context LaunchContext

	User           bool   // an end user stands behind the token; false for a client that acts for itself
	RoleID         string // the role the person chose to act in: SDS person_roleid; "" for none
	OrganisationID string // the organisation they act for: the ODS code of that role, or a claim of its own
	Roles          []Role // the roles they hold by the issuer's word
	Assurance      Assurance
	NHSNumber      string    // of the citizen who logged in themselves, ten digits; "" otherwise
	AuthTime       time.Time // when the person last proved who they are; zero when not said
	Purposes       []string  // purposes of use, as signed claims say them; never from a header

	Confirmation Confirmation
	IssuedAt     time.Time // zero when not said
	Expires      time.Time
}

// LoggedIn reports whether the person proved who they are within a time before now: what breaking the glass
// asks for. Who does not say when did not.
func (p *Principal) LoggedIn(now time.Time, within time.Duration) bool {
	return p != nil && p.User && !p.AuthTime.IsZero() && now.Sub(p.AuthTime) <= within
}

// Role is one role of a person at one organisation. Code is the issuer's: of CIS2 "S8000:G8000:R8001".
type Role struct {
	ID             string // person_roleid
	Code           string
	OrganisationID string // ODS code
	Activities     []string
}

// Job is the last part of a role code of CIS2, the job role: "R8001". Other codes are returned whole.
func (r Role) Job() string { return r.Code[strings.LastIndexByte(r.Code, ':')+1:] }

// Selected is the role that the person acts in; ok is false when they chose none.
func (p *Principal) Selected() (r Role, ok bool) {
	if p == nil || p.RoleID == "" {
		return Role{}, false
	}
	i := slices.IndexFunc(p.Roles, func(r Role) bool { return r.ID == p.RoleID })
	if i < 0 {
		return Role{}, false
	}
	return p.Roles[i], true
}

// ForPatient is the principal with a patient in context: for a citizen whose NHS number the wiring has found
// the Patient of. The principal itself does not change. Where the token names a patient already, that one
// stays: ok is false when it is another.
func (p *Principal) ForPatient(id fhir.ID) (with *Principal, ok bool) {
	if p.Context.Patient != "" {
		return p, p.Context.Patient == id
	}
	other := *p
	other.Context.Patient = id
	return &other, true
}

// Assurance is how surely the issuer knows the person. Zero means that it does not say.
type Assurance struct {
	Authentication int // 1 to 3: authenticator assurance level (NIST SP 800-63B, which CIS2 follows)
	Identity       int // of CIS2 1 to 3, of NHS login 0, 5 or 9: how the identity was proved
}

// LaunchContext is what an app was launched with
// (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token).
type LaunchContext struct {
	Patient           fhir.ID // "" for none
	Encounter         fhir.ID
	FHIRUser          fhir.Key // the resource that describes the person; zero for none or one of another server
	FHIRContext       []ContextReference
	NeedPatientBanner bool
}

// ContextReference is one further resource in context.
type ContextReference struct {
	Reference string
	Role      string
}

// Confirmation is the key a token is bound to; zero for a bearer token (RFC 7800).
type Confirmation struct {
	JKT     string // thumbprint of the DPoP key (RFC 9449)
	X5TS256 string // thumbprint of the client certificate (RFC 8705)
}

// Format writes the principal for a log, whatever the verb: see LogValue.
func (p Principal) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.LogValue().String()) }

// LogValue is what a log may say of the principal.
func (p Principal) LogValue() slog.Value {
	return slog.GroupValue(slog.String("issuer", p.Issuer), slog.String("client", p.ClientID), slog.Bool("user", p.User))
}
