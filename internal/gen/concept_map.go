package gen

import (
	"fmt"
	"strings"
)

type conceptMap struct {
	URL, Version, Name, Status                             string
	SourceURI, SourceCanonical, TargetURI, TargetCanonical string
	Group                                                  []conceptMapGroup
}

type conceptMapGroup struct {
	Source, SourceVersion, Target, TargetVersion string
	Element                                      []struct {
		Code   string
		Target []mappingTarget
	}
	Unmapped struct{ Mode, Code, URL string }
}

type mappingTarget struct {
	Code, Equivalence  string
	DependsOn, Product []mappingContext
}

type mappingContext struct{ Property, System, Value string }

// writeConceptMap writes the head, then a row for each group (">"), and below it one for each mapping: "", source
// code, equivalence, target code, and what it depends on ("<property|system|value") and gives (">…").
func writeConceptMap(t *table, m conceptMap) error {
	source, target := m.SourceCanonical+m.SourceURI, m.TargetCanonical+m.TargetURI
	if err := t.row("=M", m.URL, m.Version, m.Name, m.Status, source, target); err != nil {
		return err
	}
	for _, g := range m.Group {
		if err := writeGroup(t, g); err != nil {
			return err
		}
	}
	return nil
}

func writeGroup(t *table, g conceptMapGroup) error {
	err := t.row(">", g.Source, g.SourceVersion, g.Target, g.TargetVersion, g.Unmapped.Mode, g.Unmapped.Code+g.Unmapped.URL)
	if err != nil {
		return err
	}
	for _, e := range g.Element {
		for _, target := range e.Target {
			row := []string{"", e.Code, target.Equivalence, target.Code}
			for _, list := range []struct {
				sign string
				all  []mappingContext
			}{{"<", target.DependsOn}, {">", target.Product}} {
				for _, c := range list.all {
					if strings.Contains(c.Property+c.System+c.Value, "|") {
						return fmt.Errorf("a bar in what the mapping of %s needs or gives", e.Code)
					}
					row = append(row, list.sign+c.Property+"|"+c.System+"|"+c.Value)
				}
			}
			if err := t.row(row...); err != nil {
				return err
			}
		}
	}
	return nil
}
