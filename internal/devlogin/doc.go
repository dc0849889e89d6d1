// Package devlogin is a login for trying the server out: an OpenID provider inside the program, at which
// anybody on this machine may be any of a few sample people by choosing them from a list. It speaks what
// SMART App Launch 2.2 asks of an authorization server
// (https://hl7.org/fhir/smart-app-launch/app-launch.html): authorization code with PKCE, standalone and EHR
// launch, refresh, and backend services by private_key_jwt. The server treats it as any other issuer: by
// HTTP, discovery and published keys.
//
// It asks for no password, so nobody but this machine may reach it: whoever wires it in sees to that, and
// requests by any other than a loopback name are refused here. What it keeps is in memory, bounded, and gone
// when the program ends.
//
// It is written on go-jose and not on one of the two provider libraries that were looked at. zitadel/oidc
// drops the parameter launch, has no place for patient in its token response, and wants a secret where a
// backend service shows a signed assertion: what would be left of it is what is easy, for twenty modules more
// in the program.
package devlogin
