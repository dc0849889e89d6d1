package search

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/search/query"
)

// extractorVersion is part of every parameter's identity: it is raised when extraction gives other values for
// the same resource and definition, so that engines index anew.
const extractorVersion = 1

var kinds = map[string]query.Kind{
	"number": query.KindNumber, "date": query.KindDate, "string": query.KindString, "token": query.KindToken,
	"reference": query.KindReference, "composite": query.KindComposite, "quantity": query.KindQuantity,
	"uri": query.KindURI, "special": query.KindSpecial,
}

// intrinsics are the elements the server sets, by the expression that selects them.
var intrinsics = map[string]query.Intrinsic{
	"Resource.id":               query.IntrinsicID,
	"Resource.meta.lastUpdated": query.IntrinsicLastUpdated,
}

func newOffer(set *definition.Set, s settings, base fhir.Type, d *definition.SearchParameter) *offer {
	o := &offer{definition: d, branches: branchesFor(set, base, expressionOf(d))}
	o.datatypes = staticDatatypes(set, base, o.branches)
	o.parameter = &query.Parameter{
		Base: base, Code: d.Code, URL: d.URL, Kind: kinds[d.Type], Intrinsic: intrinsics[d.Expression],
		Identity: s.identityOf(base, d, o.branches),
	}
	if o.parameter.Kind == query.KindReference {
		o.parameter.Targets = o.targets(set)
	}
	return o
}

// identityOf names what decides a parameter's values: type, definition, expression, extractor and, where dates
// come in, their zone.
func (s settings) identityOf(base fhir.Type, d *definition.SearchParameter, branches []string) (id query.Identity) {
	text := fmt.Sprintf("%d\n%s\n%s\n%s\n%s\n%q\n%q\n", extractorVersion, base, d.URL, d.Code, d.Type, branches, d.Targets)
	for _, c := range componentsOf(d) {
		text += fmt.Sprintf("%q %q\n", c.Definition, c.Expression)
	}
	if d.Type == "date" || d.Type == "composite" {
		text += s.zone
	}
	sum := sha256.Sum256([]byte(text))
	copy(id[:], sum[:])
	return id
}

// accessParameter is the hidden parameter of a type; see query.AccessCode.
func accessParameter(s settings, base fhir.Type) *query.Parameter {
	d := &definition.SearchParameter{Code: query.AccessCode, Type: "token"}
	return &query.Parameter{Base: base, Code: query.AccessCode, Kind: query.KindToken, Identity: s.identityOf(base, d, nil)}
}

// targets narrows the published targets to those the elements of this type may point to: a parameter that is
// shared by thirty types often says more than holds for one of them.
func (o *offer) targets(set *definition.Set) []fhir.Type {
	published := o.definition.Targets
	if len(published) == 0 {
		published = set.Resources()
	}
	var targets []fhir.Type
	for _, name := range published {
		if set.IsResource(name) && (o.datatypes.anyTarget || o.datatypes.targets[name]) {
			targets = append(targets, fhir.Type(name))
		}
	}
	slices.Sort(targets)
	return targets
}

// linkComponents gives composite parameters the parameters they are made of.
func (t *typeRegistry) linkComponents(set *definition.Set, base fhir.Type) error {
	for _, o := range t.byCode {
		for _, c := range componentsOf(o.definition) {
			d := set.SearchParameterByURL(c.Definition)
			if d == nil {
				return fmt.Errorf("search: %s: component %s is not defined", o.parameter, c.Definition)
			}
			component := t.byCode[d.Code]
			if component == nil || component.definition != d {
				return fmt.Errorf("search: %s: component %s is no parameter of %s", o.parameter, c.Definition, base)
			}
			o.parameter.Components = append(o.parameter.Components, component.parameter)
		}
	}
	return nil
}

// isSpecial says which special parameters the parser makes expressions of; they are published without expression.
func isSpecial(d *definition.SearchParameter) bool {
	switch d.Code {
	case hasCode, listCode, typeCode:
		return d.Type == "special"
	}
	return false
}

// reasonAgainst says why a published parameter is not offered; "" when it is.
func reasonAgainst(d *definition.SearchParameter) string {
	switch {
	case d.NotSupported != "":
		return d.NotSupported
	case d.Type == "special":
		return "there is no search by a special parameter of this kind"
	case strings.TrimSpace(d.Expression) == "":
		return "it is published without an expression"
	}
	return ""
}
