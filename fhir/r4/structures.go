package r4

import (
	"strconv"
	"strings"

	"hearken/fhir/definition"
)

var kinds = map[string]definition.Kind{
	"primitive-type": definition.Primitive, "complex-type": definition.Complex, "resource": definition.Resource, "logical": definition.Logical,
}

// structureReader reads the table of structures. Columns that many rows have alike are read once
// and shared.
type structureReader struct {
	constraints     map[string]definition.Constraint
	constraintLists map[string][]definition.Constraint
	typeLists       map[string][]definition.TypeRef
	bindings        map[string]*definition.Binding
	slicings        map[string]*definition.Slicing
	elements        []definition.ElementDefinition // of all structures, one after the other
}

func newStructureReader(constraints map[string]definition.Constraint) structureReader {
	return structureReader{
		constraints:     constraints,
		constraintLists: map[string][]definition.Constraint{},
		typeLists:       map[string][]definition.TypeRef{},
		bindings:        map[string]*definition.Binding{},
		slicings:        map[string]*definition.Slicing{},
	}
}

func readStructures(table string, constraints map[string]definition.Constraint) []definition.StructureDefinition {
	r := newStructureReader(constraints)
	r.elements = make([]definition.ElementDefinition, 0, strings.Count(table, "\n"))
	structures := make([]definition.StructureDefinition, 0, 256)
	var starts []int
	for line := range rows(table) {
		if line[0] == '=' {
			structures = append(structures, readStructure(line))
			starts = append(starts, len(r.elements))
		} else {
			r.elements = append(r.elements, r.element(line))
		}
	}
	starts = append(starts, len(r.elements))
	for i := range structures {
		structures[i].Elements = r.elements[starts[i]:starts[i+1]:starts[i+1]]
	}
	return structures
}

func readStructure(line row) definition.StructureDefinition {
	line.next()
	name := line.next()
	s := definition.StructureDefinition{URL: structureURL + name, Name: name, Type: line.next(), Kind: kinds[line.next()]}
	flags := line.next()
	s.Abstract, s.Constraint = has(flags, 'a'), has(flags, 'c')
	s.BaseDefinition = canonical(structureURL, line.next())
	s.Status, s.Version = line.next(), line.next()
	return s
}

func (r *structureReader) element(line row) definition.ElementDefinition {
	path := line.next()
	e := definition.ElementDefinition{ID: path, Path: path}
	e.Min, e.Max, e.BaseMax = cardinality(line.next())
	if types := line.next(); strings.HasPrefix(types, "#") {
		e.ContentReference = types[1:]
	} else {
		e.Types = memo(r.typeLists, types, readTypes)
	}
	flags := line.next()
	e.IsSummary, e.IsModifier, e.XMLAttr = has(flags, 'S'), has(flags, 'M'), has(flags, 'X')
	e.MustSupport = has(flags, 'm')
	e.Binding = memo(r.bindings, line.next(), readBinding)
	e.Constraints = memo(r.constraintLists, line.next(), r.constraintList)
	for line != "" {
		r.rareFact(&e, line.next())
	}
	return e
}

// memo reads a column that many rows have alike once.
func memo[T any](seen map[string]T, column string, read func(string) T) T {
	var none T
	if column == "" {
		return none
	}
	value, ok := seen[column]
	if !ok {
		value = read(column)
		seen[column] = value
	}
	return value
}

// cardinality reads "0..1" or, where base.max differs, "0..0/*".
func cardinality(text string) (low, high, baseHigh int) {
	text, base, differs := strings.Cut(text, "/")
	minimum, maximum, _ := strings.Cut(text, "..")
	low, high = bound(minimum), bound(maximum)
	if !differs {
		return low, high, high
	}
	return low, high, bound(base)
}

func bound(text string) int {
	switch text {
	case "*":
		return definition.Unbounded
	case "": // not said: a row of a differential
		return 0
	}
	return number(text)
}

// number reads a number of a table; a table that holds none there was not written by internal/gen.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic("r4: " + err.Error())
	}
	return n
}

func readBinding(text string) *definition.Binding {
	strength, sets, _ := strings.Cut(text, " ")
	valueSet, limit, _ := strings.Cut(sets, " ")
	return &definition.Binding{
		Strength: strength, ValueSet: canonical(valueSetURL, valueSet), MaxValueSet: canonical(valueSetURL, limit),
	}
}

// readTypes reads "Reference(Patient|Group) Quantity{SimpleQuantity}".
func readTypes(text string) []definition.TypeRef {
	words := strings.Split(text, " ")
	types := make([]definition.TypeRef, len(words))
	for i, word := range words {
		word, targets, _ := strings.Cut(strings.TrimSuffix(word, ")"), "(")
		code, profiles, _ := strings.Cut(strings.TrimSuffix(word, "}"), "{")
		types[i] = definition.TypeRef{
			Code: code, Profiles: canonicals(structureURL, profiles, "|"), TargetProfiles: canonicals(structureURL, targets, "|"),
		}
	}
	return types
}

// rareFact reads one name=value column.
func (r *structureReader) rareFact(e *definition.ElementDefinition, column string) {
	name, value, _ := strings.Cut(column, "=")
	switch name {
	case "regex":
		e.Regex = value
	case "maxLength":
		e.MaxLength = number(value)
	case "minValue":
		e.MinValue = []byte(value)
	case "maxValue":
		e.MaxValue = []byte(value)
	case "slicing":
		e.Slicing = memo(r.slicings, value, readSlicing)
	default:
		readValue(e, name, value)
	}
}

// readValue reads fixed[x] or pattern[x]: the name is "fixed:uri", the value JSON.
func readValue(e *definition.ElementDefinition, name, value string) {
	switch kind, typeName, _ := strings.Cut(name, ":"); kind {
	case "fixed":
		e.Fixed, e.FixedType = []byte(value), typeName
	case "pattern":
		e.Pattern, e.PatternType = []byte(value), typeName
	default:
		panic("r4: unknown column " + name)
	}
}

// readSlicing reads "open value:url", or "open! …" for ordered slices.
func readSlicing(text string) *definition.Slicing {
	words := strings.Split(text, " ")
	rules, ordered := strings.CutSuffix(words[0], "!")
	slicing := &definition.Slicing{Rules: rules, Ordered: ordered}
	for _, word := range words[1:] {
		kind, path, _ := strings.Cut(word, ":")
		slicing.Discriminators = append(slicing.Discriminators, definition.Discriminator{Type: kind, Path: path})
	}
	return slicing
}
