package gen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// guideTable writes what is published as R4's own guide: the extension definitions, then the profiles and
// logical models. A structure is a row that begins with "=E" or "=P", followed by the rows of its snapshot;
// the columns are those of structures.tsv, with the id of an element in the place of its path. A row that
// begins with "!" gives an invariant before the first row that has it.
func guideTable(src *source) (string, error) {
	g := guide{table: &table{}, errata: newConstraintTable(), types: map[string]string{}, refs: map[constraintFacts]string{}, keys: map[string]int{}}
	for _, s := range src.structures {
		g.types[strings.ToUpper(s.ID[:1])+s.ID[1:]] = s.ID
	}
	for _, part := range []struct {
		head       string
		structures []structureDefinition
	}{{"=E", src.extensions}, {"=P", src.profiles}} {
		for _, s := range part.structures {
			if err := g.structure(part.head, s); err != nil {
				return "", fmt.Errorf("%s: %w", s.URL, err)
			}
		}
	}
	return g.table.text.String(), nil
}

// guide is what is known while the table is written.
type guide struct {
	table  *table
	errata *constraintTable           // puts right what is an erratum
	types  map[string]string          // by the name in fixed[x]: "Uri" → "uri"
	refs   map[constraintFacts]string // the invariants written
	keys   map[string]int             // and how many of a key
}

type constraintFacts struct{ key, flags, source, expression string }

func (g *guide) structure(head string, s structureDefinition) error {
	rows, isDifferential := s.Snapshot.Element, false
	if len(rows) == 0 {
		rows, isDifferential = s.Differential.Element, true
	}
	flags := flag(s.Abstract, "a") + flag(s.Derivation == "constraint", "c") + flag(isDifferential, "d")
	columns := []string{head, shorten(s.URL, structureURL), s.Name, shorten(s.Type, structureURL), s.Kind, flags, shorten(s.BaseDefinition, structureURL), s.Status, s.Version}
	for _, context := range s.Context {
		columns = append(columns, context.Type+"="+context.Expression)
	}
	for _, invariant := range s.ContextInvariant {
		columns = append(columns, "invariant="+oneLine(invariant))
	}
	if err := g.table.row(columns...); err != nil {
		return err
	}
	for _, e := range rows {
		if err := g.element(s, e, isDifferential); err != nil {
			return fmt.Errorf("%s: %w", e.ID, err)
		}
	}
	return nil
}

func (g *guide) element(s structureDefinition, e elementDefinition, isDifferential bool) error {
	if err := e.checkID(); err != nil {
		return err
	}
	constraints, err := g.constraints(s, e)
	if err != nil {
		return err
	}
	values, err := g.values(e)
	if err != nil {
		return err
	}
	often := cardinality(e)
	if isDifferential {
		if often, err = givenCardinality(e); err != nil {
			return err
		}
	}
	columns := []string{e.ID, often, types(s, e), elementFlags(e) + flag(e.MustSupport, "m"), bindingColumn(e.Binding), constraints}
	return g.table.row(append(append(columns, rareFacts(e)...), values...)...)
}

// checkID makes sure that path and slice can be told from the id, which is all the table has.
func (e elementDefinition) checkID() error {
	var path []string
	slice := ""
	for part := range strings.SplitSeq(e.ID, ".") {
		name, of, _ := strings.Cut(part, ":")
		path, slice = append(path, name), of
	}
	if strings.Join(path, ".") != e.Path || slice != e.SliceName {
		return fmt.Errorf("the id is not that of path %q and slice %q", e.Path, e.SliceName)
	}
	return nil
}

// givenCardinality is what a row of a differential says, "1.." or "..1"; flags it cannot give, because false
// may be meant.
func givenCardinality(e elementDefinition) (string, error) {
	for _, name := range []string{"isModifier", "isSummary", "mustSupport"} {
		if e.members[name] != nil {
			return "", fmt.Errorf("%q has no column in a differential", name)
		}
	}
	least := ""
	if e.members["min"] != nil {
		least = strconv.Itoa(e.Min)
	}
	return least + ".." + e.Max, nil
}

// constraints gives the invariants of a row by reference: the key, or "key@2" for the second with that key.
func (g *guide) constraints(s structureDefinition, e elementDefinition) (string, error) {
	var refs []string
	for _, one := range e.Constraint {
		one, err := g.errata.corrected(one)
		if err != nil {
			return "", err
		}
		if one.Source == "" {
			one.Source = s.URL
		}
		best := findExtension(one.Extension, "elementdefinition-bestpractice").ValueBoolean
		facts := constraintFacts{one.Key, flag(one.Severity == "error", "e") + flag(best, "b"), shorten(one.Source, structureURL), one.Expression}
		ref, err := g.ref(facts)
		if err != nil {
			return "", err
		}
		refs = append(refs, ref)
	}
	return strings.Join(refs, " "), nil
}

func (g *guide) ref(c constraintFacts) (string, error) {
	if ref, ok := g.refs[c]; ok {
		return ref, nil
	}
	ref := c.key
	if g.keys[c.key]++; g.keys[c.key] > 1 {
		ref += "@" + strconv.Itoa(g.keys[c.key])
	}
	g.refs[c] = ref
	return ref, g.table.row("!", ref, c.flags, c.source, c.expression)
}

// values are the columns for fixed and pattern values, "fixed:uri=" and compact JSON behind it. A member that
// has no column anywhere is an error.
func (g *guide) values(e elementDefinition) ([]string, error) {
	var columns []string
	for _, name := range slices.Sorted(maps.Keys(e.members)) {
		if known[name] || name == "mustSupport" {
			continue
		}
		kind, typeName := "fixed", ""
		rest, ok := strings.CutPrefix(name, kind)
		if !ok {
			kind = "pattern"
			rest, ok = strings.CutPrefix(name, kind)
		}
		if typeName = g.types[rest]; !ok || typeName == "" {
			return nil, fmt.Errorf("%q has no column in the table", name)
		}
		var value bytes.Buffer
		if err := json.Compact(&value, e.members[name]); err != nil {
			return nil, err
		}
		columns = append(columns, kind+":"+typeName+"="+value.String())
	}
	return columns, nil
}
