package stafflist

import (
	"strconv"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/access"
	"hearken/internal/careplan"
)

// ReadBundle reads a list of at most limit entries as a Bundle of type collection of PractitionerRoles of one
// organisation, as Entry.Resource writes them. The outcome has every fault with its FHIRPath; with one the
// list is nil. What an entry of a list does not have is not kept, and a warning.
func ReadBundle(bundle element.Node, of Organisation, limit int) ([]Entry, fhir.Outcome) {
	c := checker{seen: map[string]string{}}
	if bundle.Child("type").Text() != "collection" {
		c.fault(bundle, fhir.CodeValue, DetailForm, "a list of staff is a Bundle of type collection")
	}
	n := 0
	for entry := range bundle.Children() {
		if entry.Name() != "entry" {
			continue
		}
		role := entry.Child("resource")
		if n++; n > limit {
			return nil, append(c.issues, tooLong(limit))
		}
		if role.IsZero() || role.Structure().Name != string(listed) {
			c.fault(entry, fhir.CodeStructure, DetailForm, "an entry of a list is a PractitionerRole")
			continue
		}
		c.practitionerRole(role, of, n)
	}
	return c.result()
}

// listed is the type of an entry.
const listed fhir.Type = "PractitionerRole"

func (c *checker) fault(n element.Node, code fhir.IssueCode, detail, words string) {
	c.issues = append(c.issues, located(n, fhir.SeverityError, code, detail, words))
}

func located(n element.Node, severity fhir.Severity, code fhir.IssueCode, detail, words string) fhir.Issue {
	issue := fhir.Issue{Severity: severity, Code: code, Detail: detail, Diagnostics: words, Expression: []string{n.Location()}}
	issue.Line, issue.Column = n.LineColumn()
	return issue
}

// paths are the elements that columns are.
var paths = map[string]string{columnIssuer: "identifier", columnSubject: "identifier", columnRoleProfile: "identifier", columnName: "practitioner",
	columnRole: "code", columnFrom: "period", columnUntil: "period", columnTrained: "extension"}

func (c *checker) practitionerRole(n element.Node, of Organisation, position int) {
	w := written{name: "entry " + strconv.Itoa(position), at: func(column string) fhir.Issue {
		at := n
		if child := n.Child(paths[column]); !child.IsZero() {
			at = child
		}
		return located(at, "", "", "", "")
	}}
	e := readRole(n)
	w.values = map[string]string{columnIssuer: e.Issuer, columnSubject: e.Subject, columnRoleProfile: e.RoleProfile, columnName: e.Name,
		columnRole: e.Role.String(), columnFrom: e.From, columnUntil: e.Until, columnTrained: e.Trained}
	if n.Child("active").Text() == "false" {
		c.fault(n.Child("active"), fhir.CodeValue, DetailForm, "a list has who works here; leave out who does not")
	}
	c.organisation(n, of)
	c.rest(n)
	c.add(&w)
}

// organisation refuses an entry of another organisation than the one whose list it is.
func (c *checker) organisation(n element.Node, of Organisation) {
	organisation := n.Child("organization")
	code, reference := careplan.ODSCode(organisation.Child("identifier")), organisation.Child("reference").Text()
	if code != "" && code != of.Code || reference != "" && reference != of.Key.String() {
		c.fault(organisation, fhir.CodeValue, DetailElsewhere, "the entry is of another organisation than the list")
	}
}

// known are the elements of an entry.
var known = map[string]bool{"id": true, "meta": true, "extension": true, "identifier": true, "active": true, "period": true, "practitioner": true, "organization": true, "code": true}

// rest warns of what is not kept.
func (c *checker) rest(n element.Node) {
	identifiers := 0
	for child := range n.Children() {
		name := child.Name()
		if name == "identifier" {
			identifiers++
		}
		if !known[name] || name == "extension" && child.Child("url").Text() != careplan.TrainedUntil || identifiers > 2 && name == "identifier" {
			c.issues = append(c.issues, located(child, fhir.Warning, fhir.CodeBusinessRule, DetailNotKept, "an entry of a list does not have this: it is not kept"))
		}
	}
}

// readRole reads the entry that a PractitionerRole is.
func readRole(n element.Node) Entry {
	e := Entry{Name: n.Child("practitioner").Child("display").Text(), Role: access.ParseRole(careplan.CodeOf(n, "code", careplan.RoleSystem)),
		From: n.Child("period").Child("start").Text(), Until: n.Child("period").Child("end").Text()}
	for child := range n.Children() {
		switch child.Name() {
		case "identifier":
			system, value := child.Child("system").Text(), child.Child("value").Text()
			if system == RoleProfileSystem {
				e.RoleProfile = value
			} else if e.Subject == "" {
				e.Issuer, e.Subject = system, value
			}
		case "extension":
			if child.Child("url").Text() == careplan.TrainedUntil {
				e.Trained = child.Child("value").Text()
			}
		}
	}
	return e
}
