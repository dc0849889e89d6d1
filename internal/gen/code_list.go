package gen

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

type valueSet struct {
	URL, Version string
	Compose      struct{ Include, Exclude []conceptSet }
}

type conceptSet struct {
	System   string
	Version  string
	Concept  []struct{ Code string }
	Filter   []filter
	ValueSet []string
}

// codeListsTable writes the expansion of every value set that a required binding or a maximum
// value set names: a row for the list, and one below it for each code system with its codes.
func codeListsTable(src *source) (string, error) {
	var t table
	for _, canonical := range requiredValueSets(src) {
		if NotExpanded[canonical] != "" {
			continue
		}
		if err := writeCodeList(&t, src, canonical); err != nil {
			return "", fmt.Errorf("%s: %w", canonical, err)
		}
	}
	return t.text.String(), nil
}

func writeCodeList(t *table, src *source, canonical string) error {
	version := src.valueSets[canonical].Version
	if rule, ok := rules[canonical]; ok {
		return t.row("=", shorten(canonical, valueSetURL), version, rule)
	}
	codes, err := (&expander{src: src}).expand(canonical)
	if err != nil {
		return err
	}
	if len(codes) == 0 {
		return fmt.Errorf("the list is empty")
	}
	if err := t.row("=", shorten(canonical, valueSetURL), version); err != nil {
		return err
	}
	for _, system := range slices.Sorted(maps.Keys(codes)) {
		row := append([]string{system}, slices.Sorted(maps.Keys(codes[system]))...)
		if err := t.row(row...); err != nil {
			return err
		}
	}
	return nil
}

// requiredValueSets lists the value sets without version that the structures bind as required
// or as maximum, and those in alwaysListed.
func requiredValueSets(src *source) []string {
	found := map[string]bool{}
	for _, structure := range slices.Concat(src.structures, src.profiles) {
		if structure.Derivation == "constraint" {
			continue
		}
		for _, element := range structure.Snapshot.Element {
			for _, canonical := range checkedValueSets(element.Binding) {
				url, _, _ := strings.Cut(canonical, "|")
				found[url] = true
			}
		}
	}
	for _, canonical := range alwaysListed {
		found[canonical] = true
	}
	return slices.SortedFunc(maps.Keys(found), cmp.Compare)
}

// checkedValueSets are the value sets of a binding that a code must be in.
func checkedValueSets(b *binding) []string {
	var checked []string
	if b == nil {
		return nil
	}
	if b.Strength == "required" && b.ValueSet != "" {
		checked = append(checked, b.ValueSet)
	}
	if limit := findExtension(b.Extension, "elementdefinition-maxValueSet"); limit.ValueCanonical != "" {
		checked = append(checked, limit.ValueCanonical)
	}
	return checked
}
