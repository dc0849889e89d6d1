package careplan

import (
	"iter"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/access"
)

// What a grant for a dispatch says of itself, beside its own elements: see GrantSays.
const (
	ContactOrganisation = "organisation" // of the dispatch system, by its ODS code
	ContactSystem       = "by"           // the system, by issuer and client
	ContactDispatch     = "dispatch"     // the dispatch, by the identifier that the system gave it
	ContactFrom         = "from"         // since when it is open
	ContactAlso         = "also"         // another record of the same person
	ContactSent         = "sent"         // of when the newest message is, by the system's clock
	ContactEnded        = "ended"        // when the system said that it was over
)

// GrantSays is what a grant says of how it came to be; zero for nothing.
func GrantSays(grant element.Node, name string) element.Node {
	for part := range grantParts(grant, name) {
		return part
	}
	return element.Node{}
}

// grantParts are all that a grant says under a name.
func grantParts(grant element.Node, name string) iter.Seq[element.Node] {
	return func(yield func(element.Node) bool) {
		for extension := range grant.Children() {
			if extension.Name() != "extension" || extension.Child("url").Text() != GrantReason {
				continue
			}
			for part := range extension.Children() {
				if part.Name() == "extension" && part.Child("url").Text() == name && !yield(part.Child("value")) {
					return
				}
			}
		}
	}
}

// Contact reads a Basic that opens records to who is sent to a patient, but for the system that told of it,
// which is named by issuer and client: "" for one that two administrators wrote.
func (t Times) Contact(n element.Node) (k access.Contact, issuer, client string) {
	_, grant := t.Grant(n)
	if grant.Patient != "" {
		k.Patients = append(k.Patients, grant.Patient)
	}
	for also := range grantParts(n, ContactAlso) {
		if key := fhir.ParseReference(also.Child("reference").Text(), isPatient).Key; key.Type == typePatient {
			k.Patients = append(k.Patients, key.ID)
		}
	}
	k.Until, k.Ended = grant.Until, !GrantSays(n, ContactEnded).IsZero()
	for child := range n.Children() {
		if child.Name() == "identifier" {
			k.From, _, _ = t.period(child.Child("period"))
		}
	}
	if from := GrantSays(n, ContactFrom); !from.IsZero() { // of one that names nobody any more, too
		k.From, _, _ = t(from.Text())
	}
	by := GrantSays(n, ContactSystem)
	k.Organisation = GrantSays(n, ContactOrganisation).Text()
	return k, by.Child("system").Text(), by.Child("value").Text()
}

// contactFact is what such a Basic lets whom do. Of another system's telling it is another: it counts as long
// as that is registered.
func (t Times) contactFact(n element.Node) access.Fact {
	k, issuer, client := t.Contact(n)
	f := access.Fact{Who: identifiers(n), What: []string{GrantContact + " " + k.Organisation + " " + issuer + "|" + client}, From: k.From, Until: k.Until, Ended: k.Ended || k.Until.IsZero()}
	for _, id := range k.Patients {
		f.Of += " " + string(id)
	}
	return f
}
