// Package smart says who is asking and what their scopes let a request do, by SMART App Launch 2.2
// (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html). It is pure: it reads claims and
// scopes into a Principal, decides, and writes its decisions into queries. Checking tokens, which needs keys,
// a clock and the network, is package smart/token; it implements Authenticator. Whether the person may see
// this patient's record is package access.
//
// # What the wiring does with it
//
//	credentials, err := smart.ReadAuthorization(r.Header["Authorization"]) // 401 with smart.Challenge(err)
//	principal, err := authenticator.Authenticate(ctx, credentials)        // 401, 403 or 503 not-checked
//	principal.Decide("CarePlan", smart.Read).Allowed()                      // coarse: before the body is parsed, no look-up
//	where, err := rules.Restrict(principal, "CarePlan", smart.Read)        // fine: what the resource must satisfy, nil = nothing
//	where, err := rules.Admit(principal, "CarePlan", smart.Update, index.Compartments) // the same for what is about to be stored
//	q, left, err := rules.Search(principal, q, smart.Refuse)               // searches: conjuncts everywhere, 403 where needed
//
// Which letter an interaction needs
// (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#scopes-for-requesting-fhir-resources):
// Create: create. Read: read, vread, history of an instance. Update: update, also as create, and patch.
// Delete: delete. Search: search and history of a type or of the system. A conditional interaction needs
// Search besides its own.
//
// The condition of Restrict is for the resource as it is stored, and for a version as that version was. A
// write must satisfy it, and what is about to be stored that of Admit: a scope for one patient writes nothing
// into another's record, and nothing out of this one's. A read of what exists and does not satisfy it is
// refused like a read of what does not exist, never answered filtered.
//
// # Choices where the specification leaves them open
//
//   - Unknown, malformed and half-understood scopes grant nothing; they are kept to be shown. A granular scope whose
//     parameters do not compile grants nothing: it is never widened to the whole type.
//   - patient/ grants nothing without a patient in context; it asks for no end user. It grants beyond read and search only inside that
//     patient's compartment. Types outside every compartment (Practitioner, Medication) are readable as Definitions.Referenced says.
//   - user/ needs an end user behind the token, and no patient. system/ needs that there is none: a token that acts for a
//     person must not carry what the person may not see.
//   - A chain, _has or sort over another type needs Search on it, and sees only what a search of it would; an included
//     resource needs Read.
//   - Several scopes are a union: each alone, never one's interactions with another's parameters.
//   - An access token carries launch context only by its issuer's own convention: a Mapping says where.
package smart
