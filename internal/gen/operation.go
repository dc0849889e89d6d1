package gen

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

type operationDefinition struct {
	ID, URL, Code                        string
	Resource                             []string
	System, Type, Instance, AffectsState bool
	Parameter                            []operationParameter
}

type operationParameter struct {
	Name, Use  string
	Min        int
	Max        string
	Type       string
	SearchType string
	Part       []operationParameter
}

// operationsTable writes the operations by id, and below each a row for each of its parameters: "<" for one it takes or
// ">" for one it gives, once more for each parameter it is a part of; name, cardinality, type, search type.
func operationsTable(src *source) (string, error) {
	all := slices.Clone(src.operations)
	slices.SortFunc(all, func(a, b operationDefinition) int { return cmp.Compare(a.ID, b.ID) })
	var t table
	for _, o := range all {
		flags := flag(o.System, "s") + flag(o.Type, "t") + flag(o.Instance, "i") + flag(o.AffectsState, "a")
		if err := t.row(o.ID, o.Code, flags, strings.Join(o.Resource, " "), shorten(o.URL, operationURL)); err != nil {
			return "", err
		}
		if err := writeOperationParameters(&t, o.Parameter, 1); err != nil {
			return "", fmt.Errorf("%s: %w", o.ID, err)
		}
	}
	return t.text.String(), nil
}

var uses = map[string]string{"in": "<", "out": ">"}

func writeOperationParameters(t *table, parameters []operationParameter, depth int) error {
	for _, p := range parameters {
		if uses[p.Use] == "" {
			return fmt.Errorf("parameter %s is neither in nor out", p.Name)
		}
		if err := t.row(strings.Repeat(uses[p.Use], depth), p.Name, fmt.Sprintf("%d..%s", p.Min, p.Max), p.Type, p.SearchType); err != nil {
			return err
		}
		if err := writeOperationParameters(t, p.Part, depth+1); err != nil {
			return err
		}
	}
	return nil
}
