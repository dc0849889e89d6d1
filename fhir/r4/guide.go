package r4

import (
	_ "embed" // the table
	"strings"
	"sync"

	"hearken/fhir/definition"
)

//go:embed tables/guide.tsv.gz
var guideTable string

var guideRows = sync.OnceValue(readGuideTable)

// guide is the structures that R4 publishes beside its types.
type guide struct {
	extensions, profiles []definition.StructureDefinition
	byURL                map[string]*definition.StructureDefinition
}

// Extensions gives the extension definitions published with FHIR R4
// (https://hl7.org/fhir/R4/extensibility-registry.html), in published order, each with its snapshot and the
// contexts it may stand in. The first call of this, Profiles or Guide reads the table, in some milliseconds;
// all calls give the same rows, which nobody may change.
func Extensions() []definition.StructureDefinition { return guideRows().extensions }

// Profiles gives the profiles and logical models published with FHIR R4
// (https://hl7.org/fhir/R4/profilelist.html), in published order: vital signs, the lipid profile,
// SimpleQuantity and so on. Each has its snapshot, but for two examples of section templates that are
// published with a differential only. The rows are shared as those of Extensions.
func Profiles() []definition.StructureDefinition { return guideRows().profiles }

// Guide finds one of Extensions or Profiles by canonical, or nil. "|version" must be the one published,
// "4.0.1", where there is one. FHIR's types are not among them: see Definitions. Together they are a source
// for fhir/validation/snapshot:
//
//	snapshot.First(r4.Definitions().StructureDefinition, r4.Guide)
func Guide(canonical string) *definition.StructureDefinition {
	url, version, _ := strings.Cut(canonical, "|")
	s := guideRows().byURL[url]
	if s == nil || version != "" && s.Version != "" && version != s.Version {
		return nil
	}
	return s
}

func readGuideTable() *guide {
	const room = 1 << 19
	r := guideReader{structureReader: newStructureReader(map[string]definition.Constraint{})}
	table := unpacked(guideTable, room)
	r.elements = make([]definition.ElementDefinition, 0, strings.Count(table, "\n"))
	for line := range rows(table) {
		r.line(line)
	}
	r.endStructure()
	g := &guide{extensions: r.extensions, profiles: r.profiles, byURL: make(map[string]*definition.StructureDefinition, len(r.extensions)+len(r.profiles))}
	for _, part := range [][]definition.StructureDefinition{g.extensions, g.profiles} {
		for i := range part {
			g.byURL[part[i].URL] = &part[i]
		}
	}
	return g
}

// guideReader reads the table of the guide. internal/gen says what is in each row.
type guideReader struct {
	structureReader
	extensions, profiles []definition.StructureDefinition
	current              *definition.StructureDefinition
	isDifferential       bool
	start                int // of the current structure's rows among elements
}

func (r *guideReader) line(line row) {
	switch line[0] {
	case '!':
		line.next()
		addConstraint(r.constraints, line)
	case '=':
		r.endStructure()
		into := &r.extensions
		if line.next() == "=P" {
			into = &r.profiles
		}
		*into = append(*into, r.structure(line))
		r.current, r.start = &(*into)[len(*into)-1], len(r.elements)
	default:
		if r.isDifferential {
			r.current.Differential = append(r.current.Differential, r.change(line))
		} else {
			r.elements = append(r.elements, r.slice(line))
		}
	}
}

// endStructure gives the rows read to the structure they are of.
func (r *guideReader) endStructure() {
	if n := len(r.elements); n > r.start {
		r.current.Elements = r.elements[r.start:n:n]
	}
}

func (r *guideReader) structure(line row) definition.StructureDefinition {
	s := definition.StructureDefinition{
		URL: canonical(structureURL, line.next()), Name: line.next(), Type: line.next(), Kind: kinds[line.next()],
	}
	flags := line.next()
	s.Abstract, s.Constraint, r.isDifferential = has(flags, 'a'), has(flags, 'c'), has(flags, 'd')
	s.BaseDefinition = canonical(structureURL, line.next())
	s.Status, s.Version = line.next(), line.next()
	for line != "" {
		kind, expression, _ := strings.Cut(line.next(), "=")
		if kind == "invariant" {
			s.ContextInvariants = append(s.ContextInvariants, expression)
		} else {
			s.Context = append(s.Context, definition.ExtensionContext{Type: kind, Expression: expression})
		}
	}
	return s
}

// slice reads a row whose id tells its slice and those it lies in.
func (r *guideReader) slice(line row) definition.ElementDefinition {
	e := r.element(line)
	if !strings.Contains(e.ID, ":") {
		return e
	}
	parts := strings.Split(e.ID, ".")
	for i := range parts {
		parts[i], e.SliceName, _ = strings.Cut(parts[i], ":")
	}
	e.Path = strings.Join(parts, ".")
	return e
}

// change reads a row of a differential, which may leave out how often its element stands: "1..", "..1".
func (r *guideReader) change(line row) definition.ElementChange {
	c := definition.ElementChange{ElementDefinition: r.slice(line)}
	line.next()
	least, most, _ := strings.Cut(line.next(), "..")
	if least != "" {
		c.Given |= definition.GivenMin
	}
	if most != "" {
		c.Given |= definition.GivenMax
	}
	c.BaseMax = 0 // only a snapshot says what the base has
	return c
}
