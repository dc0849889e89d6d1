package smart

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"hearken/fhir"
)

// Principal reads what the claims say of who is asking; the claims must be checked already, and issuer,
// confirmation and times are the checker's to add. bases are the URLs of this server, for references written
// out whole. The error is a Refusal: claim-missing, with the claim, when one has the wrong form;
// role-not-held, assurance-too-low, or what Require says.
func (m Mapping) Principal(c Claims, bases []string) (*Principal, error) {
	r := &reading{mapping: &m, claims: c, bases: bases, principal: &Principal{}}
	r.identity()
	r.scopes()
	r.launch()
	r.roles()
	r.login()
	if r.err != nil {
		return nil, r.err
	}
	return r.principal, nil
}

// reading is one Principal being read; the first fault stays.
type reading struct {
	mapping   *Mapping
	claims    Claims
	bases     []string
	principal *Principal
	err       error
}

// fail refuses the token; at is the claim that is at fault.
func (r *reading) fail(why Refusal, at Path) {
	if r.err != nil {
		return
	}
	e := Refused(why)
	if at != "" {
		e.Issues[0].Diagnostics += " (" + string(at) + ")"
	}
	r.err = e
}

// text is a claim that is a string, or a number as it is written; "" when it is not there.
func (r *reading) text(paths Paths) string {
	v, at, ok := paths.of(r.claims)
	if !ok {
		return ""
	}
	text, ok := textOf(v)
	if !ok || text == "" || len(text) > maxClaimText {
		r.fail(ClaimMissing, at)
		return ""
	}
	return text
}

// maxClaimText bounds every identifier of a principal, in bytes.
const maxClaimText = 1024

func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	}
	return "", false
}

// texts is a claim that is a string or a list of strings.
func (r *reading) texts(paths Paths) []string {
	v, at, ok := paths.of(r.claims)
	if !ok {
		return nil
	}
	texts, ok := textsOf(v)
	if !ok {
		r.fail(ClaimMissing, at)
	}
	return texts
}

func (r *reading) identity() {
	p, m := r.principal, r.mapping
	p.Subject, p.ClientID, p.ActorID = r.text(m.Subject), r.text(m.Client), r.text(m.Actor)
	p.TokenID = r.text(Paths{"jti"})
	_, _, person := m.Person.of(r.claims)
	p.User = p.Subject != "" && p.Subject != p.ClientID && (len(m.Person) == 0 || person) &&
		!slices.ContainsFunc(m.Clients, func(c Claim) bool { return c.holds(r.claims) })
	if p.Subject == "" {
		p.Subject = p.ClientID
	}
	if p.Subject == "" {
		r.fail(ClaimMissing, slices.Concat(m.Subject, m.Client, Paths{"sub"})[0])
	}
	if !p.User {
		return
	}
	for _, c := range m.Require {
		if _, ok := c.Path.of(map[string]any(r.claims)); !c.holds(r.claims) && (ok || !c.Optional) {
			r.fail(c.refusal(), c.Path)
		}
	}
}

func (c Claim) refusal() Refusal {
	if _, ok := refusals[c.Refusal]; !ok {
		return ClaimMissing
	}
	return c.Refusal
}

// holds reports whether the claim is there and as wanted.
func (c Claim) holds(claims Claims) bool {
	v, ok := c.Path.of(map[string]any(claims))
	if !ok {
		return false
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	return slices.ContainsFunc(list, func(v any) bool {
		text, ok := textOf(v)
		return ok && (slices.Contains(c.Values, text) || slices.ContainsFunc(c.Prefixes, func(p string) bool { return strings.HasPrefix(text, p) }))
	})
}

func (r *reading) scopes() {
	paths := r.mapping.Scopes
	if !r.principal.User && len(r.mapping.ClientScopes) > 0 {
		paths = r.mapping.ClientScopes
	}
	texts := strings.Split(strings.Join(r.texts(paths), " "), " ") // by spaces alone (RFC 6749 section 3.3): any other white space is part of a name nobody knows
	if r.mapping.DottedScopes {
		for i, text := range texts {
			texts[i] = undotted(text)
		}
	}
	r.principal.Scopes = ParseScopes(strings.Join(texts, " "))
}

// undotted makes "patient.all.read" "patient/*.read"; what does not have that form stays as it is.
func undotted(text string) string {
	level, rest, ok := strings.Cut(text, ".")
	name, permissions, found := strings.Cut(rest, ".")
	if !ok || !found || strings.Contains(level, "/") {
		return text
	}
	if name == "all" {
		name = anyType
	}
	if permissions == "all" {
		permissions = anyType
	}
	return level + "/" + name + "." + permissions
}

// roles reads the roles held and the one selected, which must be one of them: a token that names another was
// not made by an honest issuer.
func (r *reading) roles() {
	p, paths := r.principal, r.mapping.Roles
	if v, at, ok := paths.List.of(r.claims); ok {
		list, isList := v.([]any)
		if !isList {
			list = []any{v}
		}
		for _, one := range list {
			role, ok := paths.read(one)
			if !ok {
				r.fail(ClaimMissing, at)
			}
			p.Roles = append(p.Roles, role)
		}
	}
	p.OrganisationID = r.text(r.mapping.OrganisationID)
	if p.RoleID = r.text(r.mapping.RoleID); p.RoleID == "" {
		return
	}
	selected, ok := p.Selected()
	if !ok {
		r.fail(RoleNotHeld, "")
		return
	}
	if p.OrganisationID == "" {
		p.OrganisationID = selected.OrganisationID
	}
}

// read reads one role: a code, or an object.
func (p RolePaths) read(v any) (role Role, ok bool) {
	if text, ok := v.(string); ok {
		return Role{Code: text}, true
	}
	object, ok := v.(map[string]any)
	if !ok {
		return role, false
	}
	member := func(path Path) string {
		v, found := path.of(object)
		text, isText := textOf(v)
		ok = ok && (!found || isText)
		return text
	}
	role = Role{ID: member(p.ID), Code: member(p.Code), OrganisationID: member(p.OrganisationID)}
	if v, found := p.Activities.of(object); found {
		var isTexts bool
		role.Activities, isTexts = textsOf(v)
		ok = ok && isTexts
	}
	return role, ok
}

// login reads how the person logged in, and holds it against what is wanted at least.
func (r *reading) login() {
	p, m := r.principal, r.mapping
	if v, at, ok := m.AuthTime.of(r.claims); ok {
		if p.AuthTime, ok = numericDate(v); !ok {
			r.fail(ClaimMissing, at)
		}
	}
	p.Assurance = Assurance{Authentication: r.lowest(m.Authentication), Identity: r.lowest(m.Identity)}
	if p.User && (p.Assurance.Authentication < m.Minimum.Authentication || p.Assurance.Identity < m.Minimum.Identity) {
		r.fail(AssuranceTooLow, "")
	}
	if p.NHSNumber = r.text(m.NHSNumber); p.NHSNumber != "" && !isTenDigits(p.NHSNumber) {
		r.fail(ClaimMissing, m.NHSNumber[0])
	}
	r.purposes()
}

func isTenDigits(text string) bool {
	return len(text) == 10 && strings.Trim(text, "0123456789") == ""
}

// lowest is the least level of all the claims that are there.
func (r *reading) lowest(paths Paths) int {
	least := 0
	for i, path := range paths {
		if _, ok := path.of(map[string]any(r.claims)); !ok {
			continue
		}
		level := levelOf(r.text(paths[i : i+1]))
		if level == 0 {
			return 0
		}
		if least == 0 || level < least {
			least = level
		}
	}
	return least
}

// levelOf is the level that a word stands for: its first digit, after letters that say of what ("3",
// "AAL2_OR_AAL3_ANY", "P9", "P9.Cp.Cd"); 0 when there is none.
func levelOf(text string) int {
	text = strings.TrimLeft(text, "AILP")
	if text == "" || text[0] < '0' || text[0] > '9' || len(text) > 1 && text[1] >= '0' && text[1] <= '9' {
		return 0
	}
	level, _ := strconv.Atoi(text[:1])
	return level
}

// purposes reads purposes of use: codes, or codings with one.
func (r *reading) purposes() {
	v, at, ok := r.mapping.Purposes.of(r.claims)
	if !ok {
		return
	}
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	for _, one := range list {
		if object, ok := one.(map[string]any); ok {
			one = object["code"]
		}
		text, ok := one.(string)
		if !ok {
			r.fail(ClaimMissing, at)
		}
		r.principal.Purposes = append(r.principal.Purposes, text)
	}
}

// fhirKey reads a reference to a resource of this server; of another it is zero.
func fhirKey(text string, bases []string) fhir.Key {
	ref := fhir.ParseReference(text, isTypeName)
	if ref.Base != "" && !slices.Contains(bases, ref.Base) || ref.Fragment != "" {
		return fhir.Key{}
	}
	return ref.Key
}
