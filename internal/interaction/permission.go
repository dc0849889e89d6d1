package interaction

import (
	"fmt"

	"hearken/fhir"
	"hearken/internal/smart"
)

// permissions are what a scope must grant for an interaction, by its code
// (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#scopes-for-requesting-fhir-resources).
// An interaction that is not here needs what its parts need (transaction, batch), or is open to all
// (capabilities).
var permissions = map[string]smart.Permissions{
	codeRead: smart.Read, codeVread: smart.Read, "history-instance": smart.Read,
	codeCreate: smart.Create, codeUpdate: smart.Update, codePatch: smart.Update, codeDelete: smart.Delete,
	"search-type": smart.Search, "search-system": smart.Search, "history-type": smart.Search, "history-system": smart.Search,
	"operation": smart.Read,
}

// codeCapabilities is the interaction anybody may do: a client must be able to find out how to log in.
const codeCapabilities = "capabilities"

// wanted is what the scopes must grant for a request. What is conditional searches besides.
func (r *request) wanted() smart.Permissions {
	wanted := permissions[r.row.interaction]
	if r.extended != nil && r.extended.needs != 0 {
		wanted = r.extended.needs
	}
	if r.IfNoneExist != "" || r.shape == atType && (r.row.interaction == codeUpdate || r.row.interaction == codeDelete) {
		wanted |= smart.Search
	}
	return wanted
}

// typ is the type a request is about, "" for several.
func (r *request) typ() fhir.Type {
	switch r.member {
	case "":
		return r.key.Type
	case anyType:
		return ""
	}
	return r.member
}

// permit is the coarse check, before a body is read and anything looked up: whether the scopes cover the type
// and the interaction at all. The error is smart.Insufficient.
func (g *guard) permit(r *request) error {
	t, wanted := r.typ(), r.wanted()
	if g == nil || t == "" || g.principal.Decide(t, wanted).Allowed() {
		return nil
	}
	return smart.Insufficient(t, wanted)
}

// notAllowedHere refuses what no caller of a server with login may do, whatever they see.
func notAllowedHere(what string, args ...any) error {
	return fhir.Errorf(fhir.CodeForbidden, "%s", fmt.Sprintf(what, args...)).Detailed("forbidden")
}
