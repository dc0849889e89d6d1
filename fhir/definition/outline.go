package definition

import "strings"

// Outline is a snapshot as a tree: an element has children and, where it is sliced, slices.
type Outline struct {
	Row      *ElementDefinition
	Name     string // as FHIRPath says it: "value", not "value[x]"
	Children []*Outline
	Slices   []*Outline // slices of a slice ("a/b") are among them, after it
}

// OutlineOf makes the tree of the rows of a snapshot by their paths and slice names: rows stand depth first,
// and a slice follows what it is a slice of (https://hl7.org/fhir/R4/profiling.html#snapshot). It is nil of
// no rows.
func OutlineOf(rows []ElementDefinition) *Outline {
	if len(rows) == 0 {
		return nil
	}
	outlines := make([]Outline, len(rows))
	open := make([]*Outline, 0, 8) // the last at each depth
	for i := range rows {
		o, path := &outlines[i], rows[i].Path
		o.Row, o.Name = &rows[i], strings.TrimSuffix(path[strings.LastIndexByte(path, '.')+1:], "[x]")
		depth := min(strings.Count(path, "."), len(open))
		if depth > 0 {
			open[depth-1].adopt(o)
		}
		open = append(open[:depth], o)
	}
	return &outlines[0]
}

// adopt puts an element below another: as a slice of the sibling it shares its name with, or as a child.
func (o *Outline) adopt(below *Outline) {
	if below.Row.SliceName != "" {
		if whole := o.Child(below.Name); whole != nil {
			whole.Slices = append(whole.Slices, below)
			return
		}
	}
	o.Children = append(o.Children, below)
}

// Child finds a child by name; nil when there is none, and of nil.
func (o *Outline) Child(name string) *Outline {
	if o != nil {
		for _, c := range o.Children {
			if c.Name == name {
				return c
			}
		}
	}
	return nil
}

// SlicesOrNone is the slices, and none of nil.
func (o *Outline) SlicesOrNone() []*Outline {
	if o == nil {
		return nil
	}
	return o.Slices
}
