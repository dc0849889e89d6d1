package r4

import (
	_ "embed" // the table
	"strconv"
	"strings"
	"sync"

	"hearken/fhir/definition"
)

//go:embed tables/terminology.tsv.gz
var terminologyTable string

var terminologyRows = sync.OnceValue(readTerminologyTable)

func readTerminologyTable() *definition.Terminology {
	const room = 1 << 21
	return readTerminology(unpacked(terminologyTable, room))
}

// Terminology gives the code systems, value sets and concept maps published with FHIR R4, HL7's v2 and v3 tables
// among them, with the codes of ISO 4217 beside them. It holds names and displays in English, no definitions. The
// first call reads the table, in some tens of milliseconds; all calls give the same rows, which nobody may change.
func Terminology() *definition.Terminology { return terminologyRows() }

// terminologyReader reads the table of terminology. internal/gen says what is in each row.
type terminologyReader struct {
	out        definition.Terminology
	codeSystem *definition.CodeSystem
	valueSet   *definition.ValueSet
	conceptSet *definition.ConceptSet
	group      *definition.ConceptMapGroup
	above      []int32 // the last concept at each depth
	properties map[string][]definition.ConceptProperty
}

func readTerminology(table string) *definition.Terminology {
	r := terminologyReader{properties: map[string][]definition.ConceptProperty{}}
	for line := range rows(table) {
		switch head := line.next(); head {
		case "=S":
			r.codeSystems(line)
		case "=V":
			r.valueSets(line)
		case "=M":
			r.conceptMaps(line)
		case "+":
			r.valueSet.Include = append(r.valueSet.Include, readConceptSet(line))
			r.conceptSet = &r.valueSet.Include[len(r.valueSet.Include)-1]
		case "-":
			r.valueSet.Exclude = append(r.valueSet.Exclude, readConceptSet(line))
			r.conceptSet = &r.valueSet.Exclude[len(r.valueSet.Exclude)-1]
		case ">":
			r.groups(line)
		default:
			r.code(head, line)
		}
	}
	return &r.out
}

// code reads a row about one code, which is of whatever the last head was.
func (r *terminologyReader) code(depth string, line row) {
	switch {
	case r.codeSystem != nil:
		r.concept(depth, line)
	case r.valueSet != nil:
		c := definition.ConceptReference{Code: line.next(), Display: line.next()}
		r.conceptSet.Concepts = append(r.conceptSet.Concepts, c)
	default:
		r.mapping(line)
	}
}

func (r *terminologyReader) codeSystems(line row) {
	s := definition.CodeSystem{URL: line.next(), Version: line.next(), Name: line.next(), Status: line.next(), Content: line.next()}
	s.CaseInsensitive = line.next() == "i"
	s.HierarchyMeaning, s.ValueSet, s.Supplements = line.next(), line.next(), line.next()
	for declared := range strings.SplitSeq(line.next(), "|") {
		if declared != "" {
			s.Properties = append(s.Properties, definition.PropertyDefinition{Code: declared[1:], Type: letterTypes[declared[0]]})
		}
	}
	s.Date = line.next()
	r.out.CodeSystems = append(r.out.CodeSystems, s)
	r.codeSystem, r.valueSet, r.group = &r.out.CodeSystems[len(r.out.CodeSystems)-1], nil, nil
	r.above = r.above[:0]
}

var letterTypes = map[byte]string{'c': "code", 's': "string", 'b': "boolean", 'd': "dateTime", '-': ""}

func (r *terminologyReader) concept(depth string, line row) {
	at, _ := strconv.Atoi(depth) // "" is the root
	c := definition.Concept{Code: line.next(), Display: line.next(), Parent: definition.NoParent}
	if c.Display == "" {
		c.Display = c.Code
	}
	if at > 0 {
		c.Parent = r.above[at-1]
	}
	if line != "" {
		c.Properties = memo(r.properties, string(line), readProperties)
	}
	r.above = append(r.above[:at], int32(len(r.codeSystem.Concepts)))
	r.codeSystem.Concepts = append(r.codeSystem.Concepts, c)
}

func readProperties(columns string) []definition.ConceptProperty {
	var properties []definition.ConceptProperty
	for column := range strings.SplitSeq(columns, "\t") {
		code, value, _ := strings.Cut(column[1:], "=")
		properties = append(properties, definition.ConceptProperty{Code: code, Type: letterTypes[column[0]], Value: value})
	}
	return properties
}

func (r *terminologyReader) valueSets(line row) {
	v := definition.ValueSet{URL: line.next(), Version: line.next(), Name: line.next(), Status: line.next()}
	v.NoInactive = line.next() == "n"
	v.Date = line.next()
	r.out.ValueSets = append(r.out.ValueSets, v)
	r.codeSystem, r.valueSet, r.group = nil, &r.out.ValueSets[len(r.out.ValueSets)-1], nil
}

func readConceptSet(line row) definition.ConceptSet {
	set := definition.ConceptSet{System: line.next(), Version: line.next()}
	if valueSets := line.next(); valueSets != "" {
		set.ValueSets = strings.Fields(valueSets)
	}
	for line != "" {
		property, rest, _ := strings.Cut(line.next(), " ")
		op, value, _ := strings.Cut(rest, " ")
		set.Filters = append(set.Filters, definition.Filter{Property: property, Op: op, Value: value})
	}
	return set
}

func (r *terminologyReader) conceptMaps(line row) {
	m := definition.ConceptMap{URL: line.next(), Version: line.next(), Name: line.next(), Status: line.next(), Source: line.next(), Target: line.next()}
	r.out.ConceptMaps = append(r.out.ConceptMaps, m)
	r.codeSystem, r.valueSet, r.group = nil, nil, nil
}

func (r *terminologyReader) groups(line row) {
	m := &r.out.ConceptMaps[len(r.out.ConceptMaps)-1]
	g := definition.ConceptMapGroup{Source: line.next(), SourceVersion: line.next(), Target: line.next(), TargetVersion: line.next()}
	if mode := line.next(); mode != "" {
		g.Unmapped = &definition.Unmapped{Mode: mode}
		if what := line.next(); mode == "other-map" {
			g.Unmapped.URL = what
		} else {
			g.Unmapped.Code = what
		}
	}
	m.Groups = append(m.Groups, g)
	r.group = &m.Groups[len(m.Groups)-1]
}

func (r *terminologyReader) mapping(line row) {
	m := definition.Mapping{Code: line.next(), Equivalence: line.next(), Target: line.next()}
	for line != "" {
		column := line.next()
		parts := strings.SplitN(column[1:], "|", 3)
		context := definition.MappingContext{Property: parts[0], System: parts[1], Value: parts[2]}
		if column[0] == '<' {
			m.DependsOn = append(m.DependsOn, context)
		} else {
			m.Product = append(m.Product, context)
		}
	}
	r.group.Mappings = append(r.group.Mappings, m)
}
