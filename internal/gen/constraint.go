package gen

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

type constraint struct {
	Key, Severity, Expression, Source string
	Extension                         []extension
}

// constraintTable collects the invariants while the structures are written: each once, under its
// key, or under "key@Structure" where the specification uses one key for several (inv-1).
type constraintTable struct {
	byRef   map[string]constraint
	byKey   map[string][]string // the refs of a key, in order of appearance
	applied map[string]bool     // errata that were found and put right
}

func newConstraintTable() *constraintTable {
	return &constraintTable{map[string]constraint{}, map[string][]string{}, map[string]bool{}}
}

// keys gives the constraints column of a row: references into the table, separated by spaces.
func (c *constraintTable) keys(s structureDefinition, e elementDefinition) (string, error) {
	refs := make([]string, 0, len(e.Constraint))
	for _, one := range e.Constraint {
		one, err := c.corrected(one)
		if err != nil {
			return "", fmt.Errorf("%s: %w", e.Path, err)
		}
		if one.Source == "" {
			one.Source = s.URL
		}
		refs = append(refs, c.ref(s, one))
	}
	return strings.Join(refs, " "), nil
}

func (c *constraintTable) corrected(one constraint) (constraint, error) {
	one.Expression = oneLine(one.Expression)
	if one.Key == "" || one.Expression == "" || strings.ContainsAny(one.Key, " @") {
		return one, fmt.Errorf("constraint %q cannot be written", one.Key)
	}
	for _, erratum := range errata {
		if erratum.key != one.Key && (erratum.key != anyKey || erratum.published != one.Expression) {
			continue
		}
		if erratum.published != one.Expression {
			return one, fmt.Errorf("erratum of %s: published expression is now %q", one.Key, one.Expression)
		}
		one.Expression, c.applied[erratum.key] = erratum.corrected, true
	}
	return one, nil
}

func (c *constraintTable) ref(s structureDefinition, one constraint) string {
	for _, ref := range c.byKey[one.Key] {
		if have := c.byRef[ref]; have.Expression == one.Expression && have.Severity == one.Severity {
			if have.Source != one.Source && shorten(one.Source, structureURL) != s.ID {
				have.Source = one.Source // a snapshot that says where it comes from, against one that does not
				c.byRef[ref] = have
			}
			return ref
		}
	}
	ref := one.Key
	if len(c.byKey[one.Key]) > 0 {
		ref += "@" + s.ID
	}
	c.byKey[one.Key] = append(c.byKey[one.Key], ref)
	c.byRef[ref] = one
	return ref
}

// table writes the constraints, by reference.
func (c *constraintTable) table() (string, error) {
	refs := make([]string, 0, len(c.byRef))
	for ref := range c.byRef {
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, cmp.Compare)
	var t table
	for _, ref := range refs {
		one := c.byRef[ref]
		best := findExtension(one.Extension, "elementdefinition-bestpractice").ValueBoolean
		flags := flag(one.Severity == "error", "e") + flag(best, "b")
		if err := t.row(ref, flags, shorten(one.Source, structureURL), one.Expression); err != nil {
			return "", err
		}
	}
	for _, erratum := range errata {
		if !c.applied[erratum.key] {
			return "", fmt.Errorf("erratum of %s: no such constraint", erratum.key)
		}
	}
	return t.text.String(), nil
}
