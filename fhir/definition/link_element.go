package definition

import "strings"

// addElements gives every structure its elements and every element its fields.
func (l *linker) addElements() {
	for _, item := range l.items {
		l.addChildren(item)
	}
	l.resolveContentReferences()
}

func (l *linker) addChildren(item linkItem) {
	structure, rows := item.structure, item.definition.Elements
	structure.fields = map[string]*Field{}
	for row := item.row + 1; row < len(rows) && isBelow(rows[row].Path, structure.Path); row++ {
		name := rows[row].Path[len(structure.Path)+1:]
		if strings.IndexByte(name, '.') < 0 {
			l.addElement(structure, &rows[row], name)
		}
	}
}

func (l *linker) addElement(parent *Structure, row *ElementDefinition, name string) {
	name, choice := strings.CutSuffix(name, "[x]")
	element := &Element{
		Index: uint16(len(l.set.elements)), Path: row.Path, Name: name, NameID: l.nameID(name),
		Order: len(parent.Elements), Min: row.Min, Max: row.Max, Choice: choice,
		Array:   row.BaseMax == Unbounded || row.BaseMax > 1,
		XMLAttr: row.XMLAttr, IsSummary: row.IsSummary, IsModifier: row.IsModifier,
		Types: row.Types, Binding: row.Binding, Parent: parent, Definition: row,
	}
	l.set.elements = append(l.set.elements, element)
	parent.Elements = append(parent.Elements, element)
	l.addFields(element, row)
	element.Constraints = ownConstraints(row, element.Fields)
}

func (l *linker) addFields(element *Element, row *ElementDefinition) {
	if target := l.contentOf(row); target != nil {
		l.addField(element, element.Name, target)
		return
	}
	element.Fields = make([]*Field, 0, len(row.Types))
	for i := range row.Types {
		code := row.Types[i].Code
		target := l.set.byPath[code]
		if target == nil {
			l.fail("%s: type %q is not defined", row.Path, code)
			continue
		}
		jsonName := element.Name
		if element.Choice {
			jsonName += strings.ToUpper(code[:1]) + code[1:]
		}
		l.addField(element, jsonName, target)
	}
	if len(row.Types) != 1 && !element.Choice {
		l.fail("%s: want one type, got %d", row.Path, len(row.Types))
	}
}

// contentOf is the backbone at a row: the one a content reference names, or the one whose
// children follow it.
func (l *linker) contentOf(row *ElementDefinition) *Structure {
	if row.ContentReference == "" {
		return l.set.byPath[row.Path]
	}
	target := l.set.byPath[row.ContentReference]
	if target == nil {
		l.fail("%s: content reference %q is not defined", row.Path, row.ContentReference)
	}
	return target
}

func (l *linker) addField(element *Element, jsonName string, target *Structure) {
	field := &Field{Index: uint16(len(l.set.fields)), JSONName: jsonName, Element: element, Type: target}
	l.set.fields = append(l.set.fields, field)
	element.Fields = append(element.Fields, field)
	parent := element.Parent
	if parent.Kind == Primitive && element.Name == "value" {
		return // the value itself: no JSON member has this name
	}
	if parent.fields[jsonName] != nil {
		l.fail("%s: two elements would be written %q", element.Path, jsonName)
	}
	parent.fields[jsonName] = field
}

// resolveContentReferences makes the content of a reference findable by its own path, once all
// targets are known, and gives the element the target's type.
func (l *linker) resolveContentReferences() {
	for _, element := range l.set.elements {
		if element.Definition.ContentReference == "" || len(element.Fields) == 0 {
			continue
		}
		target := element.Fields[0].Type
		l.set.byPath[element.Path] = target
		element.Types = []TypeRef{{Code: target.Name}}
	}
}

// ownConstraints are the row's constraints that are not those of every type it may have:
// snapshots repeat ele-1 and ext-1 on each row, and would make validation do everything twice.
func ownConstraints(row *ElementDefinition, fields []*Field) []*Constraint {
	var own []*Constraint
	for i := range row.Constraints {
		if !onEveryType(row.Constraints[i].Key, fields) {
			own = append(own, &row.Constraints[i])
		}
	}
	return own
}

func onEveryType(key string, fields []*Field) bool {
	for _, field := range fields {
		if !hasConstraint(field.Type, key) {
			return false
		}
	}
	return len(fields) > 0
}

func hasConstraint(structure *Structure, key string) bool {
	for _, constraint := range structure.Constraints {
		if constraint.Key == key {
			return true
		}
	}
	return false
}

func (l *linker) nameID(name string) NameID {
	id, known := l.set.nameIDs[name]
	if !known {
		id = NameID(len(l.set.names))
		l.set.names = append(l.set.names, name)
		l.set.nameIDs[name] = id
	}
	return id
}
