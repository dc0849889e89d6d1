package gen

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// published is the terminology of the bundles as it stands in them, in order.
type published struct {
	codeSystems []publishedSystem
	valueSets   []publishedSet
	conceptMaps []conceptMap
}

// publishedSystem is a CodeSystem without its prose: names and displays, no definitions. Displays in other
// languages than English are left out; no check of the server's needs them.
type publishedSystem struct {
	URL, Version, Name, Status, Date        string
	Content                                 string
	CaseSensitive                           *bool
	HierarchyMeaning, ValueSet, Supplements string
	Property                                []struct{ Code, Type string }
	Filter                                  []struct{ Code string }
	Concept                                 []publishedConcept
}

type publishedConcept struct {
	Code, Display string
	Property      []publishedProperty
	Concept       []publishedConcept
}

type publishedProperty struct {
	Code, ValueCode, ValueString, ValueDateTime string
	ValueBoolean                                *bool
}

type publishedSet struct {
	URL, Version, Name, Status, Date string
	Compose                          struct {
		Inactive         *bool
		Include, Exclude []publishedInclude
	}
}

type publishedInclude struct {
	System, Version string
	Concept         []struct{ Code, Display string }
	Filter          []filter
	ValueSet        []string
}

// published401 is when this version of FHIR was made: what has no date in it has not changed since then at the latest.
const published401 = "2019-11-01T09:29:23+11:00"

// terminologyTable writes all code systems, value sets and concept maps. A row that begins with "=" heads one of
// them; the formats of the rows below are said where they are written.
func terminologyTable(src *source) (string, error) {
	var t table
	for _, one := range append(src.published.codeSystems, currencyCodes()) {
		if err := writeCodeSystem(&t, one); err != nil {
			return "", fmt.Errorf("%s: %w", one.URL, err)
		}
	}
	for _, one := range src.published.valueSets {
		if err := writeValueSet(&t, one); err != nil {
			return "", fmt.Errorf("%s: %w", one.URL, err)
		}
	}
	for _, one := range src.published.conceptMaps {
		if err := writeConceptMap(&t, one); err != nil {
			return "", fmt.Errorf("%s: %w", one.URL, err)
		}
	}
	return t.text.String(), nil
}

// currencyCodes is ISO 4217 as a code system, which FHIR refers to and does not publish.
func currencyCodes() publishedSystem {
	system := publishedSystem{URL: currencySystem, Name: "ISO4217", Status: "active", Content: "complete"}
	for _, code := range strings.Fields(currencies) {
		system.Concept = append(system.Concept, publishedConcept{Code: code})
	}
	return system
}

// writeCodeSystem writes the head, then a row for each concept: depth in the hierarchy ("" at the root),
// code, display ("" where it is the code), properties. A property is a letter for its type (typeLetters), its
// code, "=", its value.
func writeCodeSystem(t *table, s publishedSystem) error {
	sensitive := s.CaseSensitive == nil || *s.CaseSensitive
	var properties []string
	for _, p := range s.Property {
		properties = append(properties, typeLetters[p.Type]+p.Code)
	}
	for _, f := range s.Filter {
		properties = append(properties, "-"+f.Code)
	}
	err := t.row("=S", s.URL, s.Version, s.Name, s.Status, s.Content, flag(!sensitive, "i"),
		s.HierarchyMeaning, s.ValueSet, s.Supplements, strings.Join(properties, "|"), cmp.Or(s.Date, published401))
	if err != nil {
		return err
	}
	return writeConcepts(t, s.Concept, 0)
}

var typeLetters = map[string]string{"code": "c", "string": "s", "boolean": "b", "dateTime": "d"}

func writeConcepts(t *table, concepts []publishedConcept, depth int) error {
	for _, one := range concepts {
		row := []string{"", one.Code, oneLine(one.Display)}
		if depth > 0 {
			row[0] = fmt.Sprint(depth)
		}
		if one.Display == one.Code {
			row[2] = ""
		}
		for _, p := range one.Property {
			row = append(row, p.column())
		}
		if err := t.row(row...); err != nil {
			return err
		}
		if err := writeConcepts(t, one.Concept, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (p publishedProperty) column() string {
	switch {
	case p.ValueBoolean != nil:
		return fmt.Sprintf("b%s=%t", p.Code, *p.ValueBoolean)
	case p.ValueDateTime != "":
		return "d" + p.Code + "=" + p.ValueDateTime
	case p.ValueCode != "":
		return "c" + p.Code + "=" + p.ValueCode
	}
	return "s" + p.Code + "=" + oneLine(p.ValueString)
}

// writeValueSet writes the head, then a row for each include ("+") and exclude ("-"): system, version, value sets,
// filters as "property op value"; and below it one for each code it names: "", code, display.
func writeValueSet(t *table, v publishedSet) error {
	noInactive := v.Compose.Inactive != nil && !*v.Compose.Inactive
	if err := t.row("=V", v.URL, v.Version, v.Name, v.Status, flag(noInactive, "n"), cmp.Or(v.Date, published401)); err != nil {
		return err
	}
	if err := writeIncludes(t, "+", v.Compose.Include); err != nil {
		return err
	}
	return writeIncludes(t, "-", v.Compose.Exclude)
}

func writeIncludes(t *table, sign string, sets []publishedInclude) error {
	for _, one := range sets {
		if slices.ContainsFunc(one.ValueSet, func(canonical string) bool { return strings.Contains(canonical, " ") }) {
			return fmt.Errorf("a canonical with a space")
		}
		row := []string{sign, one.System, one.Version, strings.Join(one.ValueSet, " ")}
		for _, f := range one.Filter {
			row = append(row, f.Property+" "+f.Op+" "+f.Value)
		}
		if err := t.row(row...); err != nil {
			return err
		}
		for _, c := range one.Concept {
			if err := t.row("", c.Code, oneLine(c.Display)); err != nil {
				return err
			}
		}
	}
	return nil
}
