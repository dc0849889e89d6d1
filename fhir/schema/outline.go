package schema

import (
	"strings"

	"hearken/fhir/definition"
)

// outline is a snapshot as a tree: an element has children and, where it is sliced, slices.
type outline struct {
	row      *definition.ElementDefinition
	name     string // as FHIRPath says it: "value", not "value[x]"
	children []*outline
	slices   []*outline
}

// outlineOf makes the tree of the rows of a snapshot by their ids (https://hl7.org/fhir/R4/elementdefinition.html#id); nil of
// no rows. A slice of a slice is taken for another slice of the same element.
func outlineOf(rows []definition.ElementDefinition) *outline {
	if len(rows) == 0 {
		return nil
	}
	root := &outline{row: &rows[0], name: idOf(&rows[0])}
	byID := map[string]*outline{root.name: root}
	for i := range rows[1:] {
		row := &rows[1+i]
		id := idOf(row)
		cut := strings.LastIndexByte(id, '.') + 1
		name, _, isSlice := strings.Cut(id[cut:], ":")
		o := &outline{row: row, name: strings.TrimSuffix(name, "[x]")}
		switch {
		case isSlice && byID[id[:cut]+name] != nil:
			whole := byID[id[:cut]+name]
			whole.slices = append(whole.slices, o)
		case cut > 0 && byID[id[:cut-1]] != nil:
			above := byID[id[:cut-1]]
			above.children = append(above.children, o)
		}
		byID[id] = o
	}
	return root
}

func idOf(row *definition.ElementDefinition) string {
	if row.ID == "" {
		return row.Path
	}
	return row.ID
}

func (o *outline) child(name string) *outline {
	if o != nil {
		for _, c := range o.children {
			if c.name == name {
				return c
			}
		}
	}
	return nil
}
