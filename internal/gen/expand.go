package gen

import (
	"fmt"
	"slices"
	"strings"
)

type codeSystem struct {
	URL, Content string
	Concept      []concept
}

type concept struct {
	Code     string
	Property []property
	Concept  []concept
}

type property struct {
	Code         string
	ValueCode    string
	ValueString  string
	ValueBoolean *bool
}

type filter struct{ Property, Op, Value string }

// codes are the members of an expansion: system → code.
type codes map[string]map[string]bool

func (c codes) add(system, code string) {
	if c[system] == nil {
		c[system] = map[string]bool{}
	}
	c[system][code] = true
}

// expander expands value sets from the bundles alone
// (https://hl7.org/fhir/R4/valueset.html#expansion). path guards against a set that
// imports itself.
type expander struct {
	src  *source
	path []string
}

func (x *expander) expand(canonical string) (codes, error) {
	url, _, _ := strings.Cut(canonical, "|")
	set, ok := x.src.valueSets[url]
	if !ok {
		return nil, fmt.Errorf("value set %s is not in the bundles", url)
	}
	if slices.Contains(x.path, url) {
		return nil, fmt.Errorf("value set %s includes itself", url)
	}
	inner := &expander{x.src, append(slices.Clone(x.path), url)}
	all := codes{}
	for _, include := range set.Compose.Include {
		found, err := inner.conceptSet(include)
		if err != nil {
			return nil, err
		}
		for system, members := range found {
			for code := range members {
				all.add(system, code)
			}
		}
	}
	for _, exclude := range set.Compose.Exclude {
		found, err := inner.conceptSet(exclude)
		if err != nil {
			return nil, err
		}
		for system, members := range found {
			for code := range members {
				delete(all[system], code)
			}
		}
	}
	return all, nil
}

// conceptSet gives what one include or exclude selects: the intersection of its system part and
// of each value set it names.
func (x *expander) conceptSet(set conceptSet) (codes, error) {
	var found codes
	if set.System != "" {
		var err error
		if found, err = x.fromSystem(set); err != nil {
			return nil, err
		}
	}
	for _, canonical := range set.ValueSet {
		imported, err := x.expand(canonical)
		if err != nil {
			return nil, err
		}
		found = intersect(found, imported)
	}
	return found, nil
}

func intersect(a, b codes) codes {
	if a == nil {
		return b
	}
	both := codes{}
	for system, members := range a {
		for code := range members {
			if b[system][code] {
				both.add(system, code)
			}
		}
	}
	return both
}

func (x *expander) fromSystem(set conceptSet) (codes, error) {
	found := codes{}
	if len(set.Concept) > 0 {
		for _, one := range set.Concept {
			found.add(set.System, one.Code)
		}
		return found, nil
	}
	if set.System == currencySystem {
		for _, code := range strings.Fields(currencies) {
			found.add(set.System, code)
		}
		return found, nil
	}
	system, ok := x.src.codeSystems[set.System]
	if !ok || system.Content != "complete" {
		return nil, fmt.Errorf("code system %s is not in the bundles as a whole", set.System)
	}
	selected, err := selectConcepts(system.Concept, set.Filter)
	if err != nil {
		return nil, fmt.Errorf("code system %s: %w", set.System, err)
	}
	for _, code := range selected {
		found.add(set.System, code)
	}
	return found, nil
}
