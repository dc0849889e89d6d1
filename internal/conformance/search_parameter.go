package conformance

import (
	"fmt"
	"slices"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/fhirpath"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
)

// addSearchParameters puts the search parameters of the packages into force beside FHIR's. Retired ones are left out.
func (g *Guides) addSearchParameters(packs []*igpackage.Package) fhir.Outcome {
	a := parameterAdder{set: r4.Definitions(), codes: map[[2]string]string{}, urls: map[string]bool{}}
	for _, pack := range packs {
		for i := range pack.SearchParameters {
			if p := &pack.SearchParameters[i]; g.status(p.URL, p.Version) != "retired" {
				a.add(pack, p)
			}
		}
	}
	var err error
	if g.set, err = a.set.WithSearchParameters(a.rows); err != nil {
		a.fail("%v", err)
		g.set = a.set
	}
	a.checkComponents(g.set)
	return a.outcome
}

// status is that of a definition of the packages.
func (g *Guides) status(url, version string) string {
	if r := g.library.Resource(url + "|" + version); r != nil && version != "" {
		return r.Status
	}
	if r := g.library.Resource(url); r != nil {
		return r.Status
	}
	return ""
}

// parameterAdder collects search parameters that can be in force together with FHIR's.
type parameterAdder struct {
	set     *definition.Set
	rows    []definition.SearchParameter
	urls    map[string]bool
	codes   map[[2]string]string // type and code → canonical, of those added
	outcome fhir.Outcome
}

func (a *parameterAdder) fail(format string, args ...any) {
	a.outcome = append(a.outcome, fhir.Issue{Severity: fhir.SeverityError, Code: fhir.CodeInvalid, Detail: DetailSearchParameter,
		Diagnostics: fmt.Sprintf(format, args...)})
}

// searchTypes is the value set of SearchParameter.type.
const searchTypes = "http://hl7.org/fhir/ValueSet/search-param-type"

func (a *parameterAdder) add(pack *igpackage.Package, p *definition.SearchParameter) {
	before := len(a.outcome)
	name := nameOf(pack) + ": " + p.URL
	if a.urls[p.URL] {
		return // another version of it: the newer one of a package, or that of the package before, counts
	}
	if list := a.set.CodeList(searchTypes); p.Code == "" || list != nil && !list.HasCode(p.Type) {
		a.fail("%s: it has no code, or a type that FHIR does not know", name)
	}
	for _, base := range p.Base {
		structure := a.set.Structure(base)
		if structure == nil || structure.Kind != definition.Resource {
			a.fail("%s: its base %s is no resource type", name, base)
			continue
		}
		if _, err := fhirpath.Compile(a.set, p.Expression, fhirpath.On(base)); err != nil && p.Expression != "" && len(p.Base) == 1 {
			a.fail("%s: %v", name, err)
		}
		a.claimCode(name, base, p)
	}
	if len(a.outcome) == before {
		a.urls[p.URL] = true
		a.rows = append(a.rows, *p)
	}
}

// claimCode demands that no other parameter of the types that base stands for has the code.
func (a *parameterAdder) claimCode(name, base string, p *definition.SearchParameter) {
	for _, typ := range a.set.Resources() {
		if !a.set.Structure(typ).IsA(base) {
			continue
		}
		other := a.codes[[2]string{typ, p.Code}]
		if i := slices.IndexFunc(a.set.SearchParametersOf(typ), func(o *definition.SearchParameter) bool { return o.Code == p.Code }); i >= 0 {
			other = a.set.SearchParametersOf(typ)[i].URL
		}
		if other != "" && other != p.URL {
			a.fail("%s: %s has a search parameter %s already, %s", name, typ, p.Code, other)
			return
		}
		a.codes[[2]string{typ, p.Code}] = p.URL
	}
}

// checkComponents demands that the parts of composite parameters are there.
func (a *parameterAdder) checkComponents(set *definition.Set) {
	for i := range a.rows {
		for _, c := range a.rows[i].Components {
			if set.SearchParameterByURL(c.Definition) == nil {
				a.fail("%s: its component %s is not defined", a.rows[i].URL, c.Definition)
			}
		}
	}
}
