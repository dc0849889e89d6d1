package interaction

import (
	"slices"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/profiles"
)

// Marking is what an Extractor has to be told so that its indexes say what is withheld from whom: see
// access.MarkParameters. Every Extractor of a server's store and of its interactions has it.
type Marking struct {
	registry *search.Registry
	times    careplan.Times
}

// Mark tells an extractor. Details of key safes are then in no index.
func Mark(x *search.Extractor) *search.Extractor {
	m := Marking{registry: x.Registry, times: timesOf(&search.Parser{Registry: x.Registry, Zone: x.Zone})}
	x.Marks = m.marks
	x.Apart = func(extension element.Node) bool { return extension.Child("url").Text() == profiles.KeySafe }
	return x
}

// marks are the tokens of one resource.
func (m *Marking) marks(resource element.Node) (marks []query.Token) {
	if !mayMention(resource.Source(), access.LabelSystem) {
		return nil
	}
	whole := m.times.WithholdingOf(resource)
	if until, ok := whole.Ends(); ok {
		marks = append(marks, access.FromPatient)
		if !until.IsZero() {
			marks = append(marks, access.MarkWhole(until)...)
		}
	}
	ends := map[string]time.Time{} // by parameter code
	m.walk(resource, resource.Structure().Name, func(path string, until time.Time) {
		for _, code := range m.reading(fhir.Type(resource.Structure().Name), path) {
			if known, ok := ends[code]; !ok || !known.IsZero() && (until.IsZero() || until.After(known)) {
				ends[code] = until
			}
		}
	})
	for _, code := range sortedKeys(ends) {
		marks = append(marks, access.MarkParameters([]string{code}, ends[code])...)
	}
	return marks
}

// walk visits the elements below one that are withheld from the person, with their paths.
func (m *Marking) walk(n element.Node, path string, visit func(path string, until time.Time)) {
	for child := range n.Children() {
		at := path + "." + child.Name()
		w := m.times.WithholdingOf(child)
		if until, ok := w.Ends(); ok {
			visit(at, until)
		}
		m.walk(child, at, visit)
	}
}

// reading are the codes of the parameters of a type that read an element.
func (m *Marking) reading(t fhir.Type, path string) (codes []string) {
	for _, p := range m.registry.Parameters(t) {
		if p.Intrinsic == query.NotIntrinsic && slices.ContainsFunc(m.registry.Reads(p), func(read string) bool { return search.Overlap(read, path) }) {
			codes = append(codes, p.Code)
		}
	}
	return codes
}

func sortedKeys(m map[string]time.Time) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
