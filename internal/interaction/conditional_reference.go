package interaction

import (
	"cmp"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// conditionalReference is a reference by search, "Patient?identifier=system|value"
// (https://hl7.org/fhir/R4/http.html#trules). It means the one resource that matches when the transaction's writes are
// done; none or several fail the whole.
type conditionalReference struct {
	criteria *criteria
	text     string
	places   []element.Node // where it stands, in document order
	assumed  fhir.Key       // zero when it is not known yet: then the resource may be of this transaction
	found    fhir.Key       // by the last run
}

// conditionalParts splits a reference by search into type and query; ok is false for any other.
func (s *Server) conditionalParts(text, base string) (typ fhir.Type, query string, ok bool) {
	path, query, ok := strings.Cut(text, "?")
	if !ok {
		return "", "", false
	}
	path = strings.TrimPrefix(strings.TrimPrefix(path, base), "/")
	return fhir.Type(path), query, served(s.Definitions, path)
}

// findConditions collects the conditional references of all entries and reads their criteria.
func (t *transaction) findConditions() error {
	var faults fhir.Outcome
	for _, e := range t.entries {
		for i := range e.links {
			l := &e.links[i]
			if l.kind != conditionalLink {
				continue
			}
			text := l.node.Text()
			known := t.conditions[text]
			if known == nil {
				typ, query, _ := t.server.conditionalParts(text, t.call.Base)
				parameters, err := pairs(query)
				known = &conditionalReference{text: text}
				if err == nil {
					known.criteria, err = t.server.criteriaOf(typ, parameters)
				}
				faults = append(faults, atPlace(err, l.node)...)
				t.conditions[text] = known
			}
			known.places = append(known.places, l.node)
		}
	}
	return refusal(fhir.CodeInvalid, faults)
}

// atPlace is the issues of an error about what is written at a node.
func atPlace(err error, n element.Node) fhir.Outcome {
	issues := slices.Clone(faultsOf(err))
	for i := range issues {
		issues[i].Expression = []string{n.Location()}
		issues[i].Line, issues[i].Column = n.LineColumn()
	}
	return issues
}

// resolveConditions looks conditional references up in the state after all writes.
func (a *application) resolveConditions() error {
	for _, c := range a.inOrder() {
		found, err := c.criteria.find(a.tx)
		if err == nil && found.Version == 0 {
			err = fhir.Errorf(fhir.CodeProcessing, "the conditional reference matches no resource").Detailed("no-match")
		}
		if err != nil {
			if fhir.CodeOf(err) == fhir.CodeException {
				return err
			}
			return &fhir.Error{Code: fhir.CodeOf(err), Issues: atPlace(err, c.places[0])}
		}
		c.found = found.Key
		a.moved = a.moved || c.found != c.assumed
	}
	return nil
}

// inOrder is the conditional references by where they stand first, so that the same Bundle fails in the same way.
func (t *transaction) inOrder() []*conditionalReference {
	list := make([]*conditionalReference, 0, len(t.conditions))
	for _, c := range t.conditions {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b *conditionalReference) int {
		return cmp.Compare(a.places[0].Index(), b.places[0].Index())
	})
	return list
}
