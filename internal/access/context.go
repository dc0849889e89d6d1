package access

import (
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// Context is the resource that another names as the one whose rules of access hold for it, too: Binary.securityContext
// (https://hl7.org/fhir/R4/binary.html#security). The zero Context is of what names none.
type Context struct {
	Key      fhir.Key      // the zero Key where none is named that can stand for it
	Label    []query.Token // as it is now; none where it is not there, or was deleted
	Patients []fhir.ID     // in whose compartments it is
	Partly   bool          // some of it is withheld from the person
}

// What a resource is seen by stands in its label as marks, so that it is found when that is shown to others
// than before. A context without TYPE/ID is none.
const (
	systemContext = "context"
	systemRecord  = "record"
)

func ofContext(key fhir.Key) query.Token {
	if key.IsZero() {
		return query.Token{System: systemContext}
	}
	return query.Token{System: systemContext, Code: key.String()}
}

// In gives the tokens of a resource that is seen by its context: those by which the context is, but for the
// person from whom it is withheld itself, or some of its context is, which it may hold as well and cannot be
// shown without. What names no context that is there is seen by nobody, and so is what says that it decides
// about access: it has a context, and that a label.
func (r *Resource) In(c Context) []query.Token {
	label := append([]query.Token{ofContext(c.Key)}, r.Marks...)
	for _, id := range c.Patients {
		label = append(label, query.Token{System: systemRecord, Code: string(id)})
	}
	for _, t := range c.Label {
		ofThePerson := t.System == systemSelf || t.System == systemLater
		switch {
		case r.Fact, ofThePerson && (r.FromPatient || c.Partly), t.System == systemWaits:
		case IsMark(t) && !ofThePerson: // of the context itself
		default:
			label = append(label, t)
		}
	}
	return sorted(label)
}

// NamedBy is the condition of naming a resource as context, on the hidden access parameter of a type.
func NamedBy(access *query.Parameter, context fhir.Key) query.Expr {
	t := ofContext(context)
	return query.Match{Parameter: access, Test: query.TokenTest{System: t.System, Code: t.Code}}
}

// InRecord is the condition of having a context in the compartment of a patient.
func InRecord(access *query.Parameter, patient fhir.ID) query.Expr {
	return query.Match{Parameter: access, Test: query.TokenTest{System: systemRecord, Code: string(patient)}}
}

// InContext is the condition of a label that In gave.
func InContext(access *query.Parameter) query.Expr {
	return query.Match{Parameter: access, Test: query.TokenTest{System: systemContext, AnyCode: true}}
}

// Names reports whether a label says that the resource is seen by this context.
func Names(label []query.Token, context fhir.Key) bool {
	return slices.Contains(label, ofContext(context))
}

// Opens reports whether somebody sees a resource by a label who does not by another, that of before.
func Opens(before, label []query.Token) bool {
	return slices.ContainsFunc(label, func(t query.Token) bool {
		if t.System == systemLater {
			id, _, _ := strings.Cut(t.Code, "|")
			return !slices.Contains(before, t) && !slices.Contains(before, ofPatient(systemSelf, fhir.ID(id)))
		}
		return !IsMark(t) && t != Restricted && !slices.Contains(before, t)
	})
}
