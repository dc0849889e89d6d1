package snapshot

import (
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// Source finds a structure by canonical, with or without "|version"; nil when it is unknown. What it gives
// has Elements, or a Differential to make them from.
type Source func(canonical string) *definition.StructureDefinition

// First finds a structure in the first of several sources that knows it: packages before the core
// definitions, or the other way round where a package must not replace those.
func First(sources ...Source) Source {
	return func(canonical string) *definition.StructureDefinition {
		for _, source := range sources {
			if s := source(canonical); s != nil {
				return s
			}
		}
		return nil
	}
}

// Options says how a Generator works.
type Options struct {
	// Strict refuses what other tools let pass: rows that are not in the order of the base, and cardinalities
	// wider than the base's. Without it the order does not matter, and a wider cardinality is a warning and
	// stays as the base has it. It is meant for definitions being written; those of packages are as they are.
	Strict bool
}

// Generator makes snapshots and remembers those it made. It is for one goroutine.
type Generator struct {
	source  Source
	options Options
	made    map[string]result
	making  []string // the structures being made, one needing the next
}

type result struct {
	rows   []definition.ElementDefinition
	issues fhir.Outcome
}

// The stable details of the faults of a differential.
const (
	DetailUnknownBase     = "unknown-base"
	DetailBrokenBase      = "broken-base"
	DetailRecursive       = "recursive-definition"
	DetailUnknownPath     = "unknown-path"
	DetailPath            = "invalid-path"
	DetailOrder           = "differential-order"
	DetailType            = "incompatible-type"
	DetailCardinality     = "incompatible-cardinality"
	DetailSliceName       = "slice-name"
	DetailSlicing         = "incompatible-slicing"
	DetailBinding         = "incompatible-binding"
	DetailValueType       = "value-type"
	DetailMustSupport     = "must-support"
	DetailSeveralTypes    = "several-types"
	DetailUnknownProfile  = "unknown-profile"
	DetailProfileType     = "profile-type"
	DetailTooManyElements = "snapshot-limit"
)

// New makes a Generator over the structures source finds.
func New(source Source, options Options) *Generator {
	return &Generator{source: source, options: options, made: map[string]result{}}
}

// Generate gives the rows of a structure's snapshot, depth first as they are published, with ids of their
// own; a structure without differential keeps the rows it has. When the differential says what cannot be, the
// rows are nil and the outcome names every such row of it. Profiles that are nowhere to be found are
// warnings: their rows say nothing then.
func (g *Generator) Generate(s *definition.StructureDefinition) ([]definition.ElementDefinition, fhir.Outcome) {
	if made, ok := g.made[s.URL]; ok {
		return made.rows, made.issues
	}
	if s.Differential == nil && len(s.Elements) > 0 {
		return s.Elements, nil
	}
	if slices.Contains(g.making, s.URL) {
		return nil, fhir.Outcome{ofBase(DetailRecursive, "%s is needed to make itself", s.URL)}
	}
	g.making = append(g.making, s.URL)
	rows, issues := g.generate(s)
	g.making = g.making[:len(g.making)-1]
	if issues.Failed() {
		rows = nil
	}
	g.made[s.URL] = result{rows, issues}
	return rows, issues
}

// GenerateAll fills in the Elements of every structure that has a differential and no snapshot, and tells of
// all that fail, which keep none. Published snapshots are taken as they are.
func (g *Generator) GenerateAll(structures []definition.StructureDefinition) fhir.Outcome {
	var outcome fhir.Outcome
	for i := range structures {
		s := &structures[i]
		if len(s.Elements) > 0 {
			continue
		}
		rows, issues := g.Generate(s)
		s.Elements = rows
		outcome = append(outcome, issues...)
	}
	return outcome
}

func (g *Generator) generate(s *definition.StructureDefinition) ([]definition.ElementDefinition, fhir.Outcome) {
	m := maker{generator: g, structure: s}
	base, issues := g.rowsOf(s.BaseDefinition)
	switch {
	case issues.Failed():
		return nil, fhir.Outcome{brokenBase(s, issues)}
	case len(base) == 0 && len(s.Elements) > 0:
		return s.Elements, nil // as published; of an unknown base nothing can be made
	case len(base) == 0 && s.BaseDefinition != "":
		return nil, fhir.Outcome{ofBase(DetailUnknownBase, "%s: its base %s is unknown", s.URL, s.BaseDefinition)}
	}
	m.root = &node{}
	if root := grow(base); root != nil {
		m.root, m.elements = root.copyTo(nil, nil), len(base)
	}
	if !s.Constraint {
		m.specialise()
	}
	for i := range s.Differential {
		m.row = i
		m.apply(&s.Differential[i])
	}
	m.settle(m.root)
	return m.root.rows(m.elements), m.issues
}

// brokenBase says of a structure that its base has faults, which are told where the base is looked at: their
// rows are not those of the structure. A circle is the fault of all that are in it.
func brokenBase(s *definition.StructureDefinition, faults fhir.Outcome) fhir.Issue {
	first := faults[slices.IndexFunc(faults, func(i fhir.Issue) bool { return i.Severity == fhir.SeverityError })]
	detail := DetailBrokenBase
	if first.Detail == DetailRecursive {
		detail = DetailRecursive
	}
	return ofBase(detail, "%s: its base %s has no snapshot: %s", short(s.URL), short(s.BaseDefinition), short(first.Diagnostics))
}

// rowsOf gives the rows of a structure by canonical, as published or else made; none when it is unknown.
func (g *Generator) rowsOf(canonical string) ([]definition.ElementDefinition, fhir.Outcome) {
	s := g.source(canonical)
	if s == nil {
		return nil, nil
	}
	if len(s.Elements) > 0 {
		return s.Elements, nil
	}
	return g.Generate(s)
}

// typeURL is where the structures of FHIR's own types are.
const typeURL = "http://hl7.org/fhir/StructureDefinition/"

func typeCanonical(code string) string {
	if strings.Contains(code, ":") {
		return code // a logical model names its types by canonical
	}
	return typeURL + code
}
