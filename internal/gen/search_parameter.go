package gen

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

type searchParameter struct {
	ID, URL, Version, Code, Type, Expression string
	Base, Target                             []string
	MultipleOr, MultipleAnd                  *bool
	Component                                []struct{ Definition, Expression string }
}

// examples are in the bundle to show what a SearchParameter looks like; they are not part of R4.
var examples = set("example example-reference example-extension")

// unsupported are the parameters that have no expression and nothing else to be evaluated by,
// with the reason the server gives.
var unsupported = map[string]string{
	"DomainResource-text": "full-text search of the narrative is not offered",
	"Resource-content":    "full-text search of the content is not offered",
	"Resource-query":      "no named queries are defined",
	"filter":              "the _filter expression language is not offered",
}

const withoutExpression = "published without an expression"

// added are the parameters of https://hl7.org/fhir/R4/search.html#all that the bundle leaves out.
// Their URLs are the ones later releases published them under.
var added = []searchParameter{
	{ID: "Resource-has", URL: parameterURL + "Resource-has", Version: "4.0.1", Code: "_has", Type: "special", Base: []string{"Resource"}},
	{ID: "Resource-list", URL: parameterURL + "Resource-list", Version: "4.0.1", Code: "_list", Type: "special", Base: []string{"Resource"}},
	{ID: "Resource-type", URL: parameterURL + "Resource-type", Version: "4.0.1", Code: "_type", Type: "special", Base: []string{"Resource"}},
}

// searchParametersTable writes the search parameters by id.
func searchParametersTable(src *source) (string, error) {
	all := slices.Concat(src.parameters, added)
	slices.SortFunc(all, func(a, b searchParameter) int { return cmp.Compare(a.ID, b.ID) })
	var t table
	for _, p := range all {
		if examples[p.ID] {
			continue
		}
		if err := writeSearchParameter(&t, p); err != nil {
			return "", fmt.Errorf("%s: %w", p.ID, err)
		}
	}
	return t.text.String(), nil
}

func writeSearchParameter(t *table, p searchParameter) error {
	flags := flag(p.MultipleOr == nil || *p.MultipleOr, "o") + flag(p.MultipleAnd == nil || *p.MultipleAnd, "a")
	var components []string
	for _, c := range p.Component {
		components = append(components, shorten(c.Definition, parameterURL)+"="+oneLine(c.Expression))
	}
	if p.URL != parameterURL+p.ID {
		return fmt.Errorf("url %s does not end in the id", p.URL)
	}
	columns := []string{
		p.ID, p.Code, p.Type, strings.Join(p.Base, " "), flags, p.Version, strings.Join(p.Target, " "),
		oneLine(p.Expression), reasonNotSupported(p),
	}
	return t.row(append(columns, components...)...)
}

func reasonNotSupported(p searchParameter) string {
	reason := unsupported[p.ID]
	if reason == "" && p.Expression == "" && p.Type != "special" {
		reason = withoutExpression
	}
	return reason
}
