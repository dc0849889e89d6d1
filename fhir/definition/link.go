package definition

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// NewSet links facts into a Set. It takes the slices over: the caller must not change them
// afterwards. Profiles (derivation = constraint) and logical models get no Structure; they are
// found by StructureDefinition. The error names every type, base and content reference that is
// not among the facts, and every name defined twice.
func NewSet(facts Facts) (*Set, error) {
	l := newLinker(facts)
	l.addDefinitions()
	l.addElements()
	l.addSearchParameters()
	l.addCodeLists()
	l.checkLimits()
	if len(l.errs) > 0 {
		return nil, errors.Join(l.errs...)
	}
	return l.set, nil
}

// linker holds what is needed only while a Set is being made.
type linker struct {
	set   *Set
	errs  []error
	items []linkItem // one per row that has children
}

// linkItem is a structure in the making, with the row it starts at.
type linkItem struct {
	structure  *Structure
	definition *StructureDefinition
	row        int
}

func newLinker(facts Facts) *linker {
	rows := 0
	for i := range facts.Structures {
		rows += len(facts.Structures[i].Elements)
	}
	return &linker{set: &Set{
		facts:        facts,
		elements:     make([]*Element, 0, rows),
		fields:       make([]*Field, 0, rows+rows/4),
		byPath:       make(map[string]*Structure, rows/6),
		byURL:        make(map[string]*Structure, len(facts.Structures)),
		names:        []string{""},
		nameIDs:      map[string]NameID{},
		definitions:  make(map[string]*StructureDefinition, len(facts.Structures)),
		parameters:   make([]*SearchParameter, 0, len(facts.SearchParameters)),
		parameterURL: make(map[string]*SearchParameter, len(facts.SearchParameters)),
		codeLists:    make(map[string]*CodeList, len(facts.CodeLists)),
	}}
}

func (l *linker) fail(format string, args ...any) {
	l.errs = append(l.errs, fmt.Errorf("definition: "+format, args...))
}

// addDefinitions makes a Structure for each type and each backbone, without elements yet, so
// that types may refer to each other in any order.
func (l *linker) addDefinitions() {
	for i := range l.set.facts.Structures {
		definition := &l.set.facts.Structures[i]
		if l.set.definitions[definition.URL] != nil {
			l.fail("%s is defined twice", definition.URL)
		}
		l.set.definitions[definition.URL] = definition
		if !definition.Constraint && definition.Kind != Logical && len(definition.Elements) > 0 {
			l.addType(definition)
		}
	}
	for _, item := range l.items {
		l.linkBase(item)
	}
	slices.Sort(l.set.resources)
}

func (l *linker) addType(definition *StructureDefinition) {
	root := &definition.Elements[0]
	structure := l.addStructure(definition, 0)
	structure.Name, structure.URL = definition.Type, definition.URL
	structure.Kind, structure.Abstract = definition.Kind, definition.Abstract
	structure.Binding = root.Binding
	l.set.byURL[definition.URL] = structure
	if l.set.IsResource(structure.Name) {
		l.set.resources = append(l.set.resources, structure.Name)
	}
	for row := 1; row < len(definition.Elements); row++ {
		element := &definition.Elements[row]
		if hasChildren(definition.Elements, row) {
			backbone := l.addStructure(definition, row)
			backbone.Name, backbone.Kind = "BackboneElement", Backbone
			if len(element.Types) > 0 {
				backbone.Name = element.Types[0].Code
			}
		} else if definition.Kind == Primitive && strings.HasSuffix(element.Path, ".value") {
			structure.Regex, structure.MaxLength = element.Regex, element.MaxLength
		}
	}
}

func (l *linker) addStructure(definition *StructureDefinition, row int) *Structure {
	root := &definition.Elements[row]
	structure := &Structure{Index: uint16(len(l.set.structures)), Path: root.Path}
	for i := range root.Constraints {
		structure.Constraints = append(structure.Constraints, &root.Constraints[i])
	}
	if l.set.byPath[root.Path] != nil {
		l.fail("%s is defined twice", root.Path)
	}
	l.set.byPath[root.Path] = structure
	l.set.structures = append(l.set.structures, structure)
	l.items = append(l.items, linkItem{structure, definition, row})
	return structure
}

// linkBase finds what a structure specialises: the published base for a type, BackboneElement or
// Element itself for a backbone.
func (l *linker) linkBase(item linkItem) {
	structure, name := item.structure, ""
	if structure.Kind == Backbone {
		name = structure.Name
		structure.Base = l.set.byPath[name]
	} else if name = item.definition.BaseDefinition; name != "" {
		structure.Base = l.set.byURL[withoutVersion(name)]
	}
	if name != "" && structure.Base == nil {
		l.fail("%s: base %q is not defined", structure.Path, name)
	}
}

func (l *linker) addSearchParameters() {
	for i := range l.set.facts.SearchParameters {
		parameter := &l.set.facts.SearchParameters[i]
		if l.set.parameterURL[parameter.URL] != nil {
			l.fail("%s is defined twice", parameter.URL)
		}
		l.set.parameterURL[parameter.URL] = parameter
		l.set.parameters = append(l.set.parameters, parameter)
	}
}

func (l *linker) addCodeLists() {
	for i := range l.set.facts.CodeLists {
		list := &l.set.facts.CodeLists[i]
		if l.set.codeLists[list.URL] != nil {
			l.fail("%s is defined twice", list.URL)
		}
		l.set.codeLists[list.URL] = list
	}
}

// checkLimits guards the numbers that are kept in 16 bits.
func (l *linker) checkLimits() {
	for _, n := range []int{len(l.set.structures), len(l.set.elements), len(l.set.fields), len(l.set.names)} {
		if n > math.MaxUint16 {
			l.fail("%d structures, elements, fields or names are more than 16 bits can number", n)
		}
	}
}

// hasChildren reports whether the next row lies below this one: snapshots are written depth first.
func hasChildren(rows []ElementDefinition, row int) bool {
	return row+1 < len(rows) && isBelow(rows[row+1].Path, rows[row].Path)
}

func isBelow(path, parent string) bool {
	return len(path) > len(parent) && path[len(parent)] == '.' && strings.HasPrefix(path, parent)
}
