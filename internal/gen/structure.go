package gen

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// structureDefinition is what the tables need of a StructureDefinition.
type structureDefinition struct {
	ID, URL, Version, Name, Type, Kind, Status string
	Abstract                                   bool
	BaseDefinition, Derivation                 string
	Snapshot, Differential                     struct{ Element []elementDefinition }
	Context                                    []struct{ Type, Expression string }
	ContextInvariant                           []string
}

type elementDefinition struct {
	ID, Path, SliceName   string
	Min                   int
	Max                   string
	Base                  struct{ Max string }
	Type                  []typeRef
	ContentReference      string
	Binding               *binding
	Constraint            []constraint
	IsModifier, IsSummary bool
	MustSupport           bool
	Representation        []string
	MaxLength             int
	MinValueInteger       *int
	MaxValueInteger       *int
	Slicing               *slicing
	unknown               string // a member no column of structures.tsv is there for
	members               map[string]json.RawMessage
}

type typeRef struct {
	Code                   string
	Profile, TargetProfile []string
	Extension              []extension
}

type binding struct {
	Strength, ValueSet string
	Extension          []extension
}

type slicing struct {
	Discriminator []struct{ Type, Path string }
	Ordered       bool
	Rules         string
}

// known are the members of an element row the generator reads or leaves out on purpose, being prose
// or of no effect on an instance. Any other fails the run: a fact must not be lost in silence.
var known = set("id path sliceName min max base type contentReference binding constraint isModifier isSummary representation maxLength" +
	" minValueInteger maxValueInteger slicing" +
	" short definition comment requirements alias mapping example condition meaningWhenMissing orderMeaning isModifierReason extension code")

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(words) {
		all[word] = true
	}
	return all
}

// UnmarshalJSON reads a row and notes members that no column is there for.
func (e *elementDefinition) UnmarshalJSON(raw []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return err
	}
	type plain elementDefinition
	if err := json.Unmarshal(raw, (*plain)(e)); err != nil {
		return err
	}
	for name := range members {
		if !known[name] {
			e.unknown = name
		}
	}
	e.members = members
	return nil
}

// structuresTable writes all types, resources and the datatype profiles SimpleQuantity and
// MoneyQuantity that the types' own rows refer to.
func structuresTable(src *source, constraints *constraintTable) (string, error) {
	var t table
	for _, structure := range src.structures {
		if err := writeStructure(&t, constraints, structure); err != nil {
			return "", fmt.Errorf("%s: %w", structure.Name, err)
		}
	}
	for _, profile := range src.profiles {
		if profile.ID == "SimpleQuantity" || profile.ID == "MoneyQuantity" {
			if err := writeStructure(&t, constraints, profile); err != nil {
				return "", fmt.Errorf("%s: %w", profile.Name, err)
			}
		}
	}
	return t.text.String(), nil
}

func writeStructure(t *table, constraints *constraintTable, s structureDefinition) error {
	flags := flag(s.Abstract, "a") + flag(s.Derivation == "constraint", "c")
	err := t.row("=", s.ID, s.Type, s.Kind, flags, shorten(s.BaseDefinition, structureURL), s.Status, s.Version)
	for _, element := range s.Snapshot.Element {
		if err != nil {
			return err
		}
		err = writeElement(t, constraints, s, element)
	}
	return err
}

func writeElement(t *table, constraints *constraintTable, s structureDefinition, e elementDefinition) error {
	if e.ID != e.Path || e.SliceName != "" {
		return fmt.Errorf("%s: slices have no place in the tables", e.ID)
	}
	if e.unknown != "" {
		return fmt.Errorf("%s: %q has no column in the tables", e.ID, e.unknown)
	}
	keys, err := constraints.keys(s, e)
	if err != nil {
		return err
	}
	columns := []string{e.Path, cardinality(e), types(s, e), elementFlags(e), bindingColumn(e.Binding), keys}
	return t.row(append(columns, rareFacts(e)...)...)
}

// cardinality is "0..1", with "/*" behind it when base.max differs: that decides whether JSON
// writes an array.
func cardinality(e elementDefinition) string {
	text := strconv.Itoa(e.Min) + ".." + e.Max
	if e.Base.Max != e.Max {
		text += "/" + e.Base.Max
	}
	return text
}

func elementFlags(e elementDefinition) string {
	xmlAttr := len(e.Representation) > 0 && e.Representation[0] == "xmlAttr"
	return flag(e.IsSummary, "S") + flag(e.IsModifier, "M") + flag(xmlAttr, "X")
}

// bindingColumn is "required observation-status|4.0.1", with the maximum value set behind it.
func bindingColumn(b *binding) string {
	if b == nil {
		return ""
	}
	text := b.Strength + " " + shorten(b.ValueSet, valueSetURL)
	if limit := findExtension(b.Extension, "elementdefinition-maxValueSet"); limit.ValueCanonical != "" {
		text += " " + shorten(limit.ValueCanonical, valueSetURL)
	}
	return text
}

// rareFacts are name=value columns for what few rows have.
func rareFacts(e elementDefinition) []string {
	var facts []string
	for _, ref := range e.Type {
		if regex := findExtension(ref.Extension, "regex"); regex.ValueString != "" {
			facts = append(facts, "regex="+regex.ValueString)
		}
	}
	if e.MaxLength > 0 {
		facts = append(facts, "maxLength="+strconv.Itoa(e.MaxLength))
	}
	if e.MinValueInteger != nil {
		facts = append(facts, "minValue="+strconv.Itoa(*e.MinValueInteger))
	}
	if e.MaxValueInteger != nil {
		facts = append(facts, "maxValue="+strconv.Itoa(*e.MaxValueInteger))
	}
	if e.Slicing != nil {
		facts = append(facts, "slicing="+slicingText(e.Slicing))
	}
	return facts
}

// slicingText is "open value:url", with "!" behind the rules when the slices are ordered.
func slicingText(s *slicing) string {
	text := s.Rules + flag(s.Ordered, "!")
	for _, d := range s.Discriminator {
		text += " " + d.Type + ":" + d.Path
	}
	return text
}
