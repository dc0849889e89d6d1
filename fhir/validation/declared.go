package validation

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
)

// Call says that resources of a type which have something in them are measured by a profile, whether they
// name it or not.
type Call struct {
	Type    string // the resource type
	When    string // FHIRPath on the resource: true where the profile is called for
	Profile string // canonical
}

// call is a Call made ready.
type call struct {
	when    *fhirpath.Expression
	profile string
}

// planCalls compiles the calls, by type. One that does not compile is listed by Unsupported.
func (p *planner) planCalls() {
	v := p.validator
	for _, c := range v.options.calls {
		made := p.compile(c.Profile, c.When)
		if s := v.set.Structure(c.Type); s != nil && made.err == nil {
			v.structures[s.Index].calls = append(v.structures[s.Index].calls, call{made.expression, c.Profile})
		}
	}
}

// profile finds a profile by canonical; nil when it is not known.
func (v *Visit) profile(canonical string) *profile { return v.validator.profiles.find(canonical) }

// checkProfiles is the rule of resources: each conforms to the profiles it declares
// (https://hl7.org/fhir/R4/resource.html#Meta), and to those that it is called to.
func checkProfiles(v *Visit, n element.Node) {
	if meta := n.Child("meta"); !meta.IsZero() {
		for declared := range meta.ChildrenNamed(v.validator.names.profile) {
			if declared.HasValue() && !v.full {
				v.declared(n, declared)
			}
		}
	}
	calls := v.validator.structures[n.Structure().Index].calls
	for i := range calls {
		if ok, err := calls[i].when.Holds(&v.env, n); ok && err == nil {
			if p := v.profile(calls[i].profile); p != nil {
				v.measure(n, p)
			}
		}
	}
}

// declared measures a resource by a profile it names itself.
func (v *Visit) declared(n, declared element.Node) {
	p := v.profile(declared.Text())
	allowed := v.validator.options.allowed
	switch {
	case allowed != nil && (p == nil || !allows(allowed, p)):
		v.Report(declared, fhir.SeverityError, fhir.CodeNotSupported, DetailProfileNotAllowed, "the profile declared is not one of those accepted here")
	case p == nil:
		v.Report(declared, fhir.Warning, fhir.CodeNotFound, DetailUnknownProfile, "the profile declared is not known or not usable, so that the resource is not held to it")
	default:
		v.measure(n, p)
	}
}

// named measures the root by profiles that the caller asks for.
func (v *Visit) named(canonicals []string) {
	for _, canonical := range canonicals {
		if p := v.profile(canonical); p != nil {
			v.measure(v.tree.Root(), p)
		} else {
			v.Report(v.tree.Root(), fhir.SeverityError, fhir.CodeNotFound, DetailUnknownProfile, "the profile %s is not known or not usable", canonical)
		}
	}
}

// allows reports whether a profile is of a list of canonicals, with or without "|version". A resource may
// always say that it is what it is.
func allows(allowed []string, p *profile) bool {
	return !p.definition.Constraint || slices.Contains(allowed, p.canonical) || slices.Contains(allowed, p.definition.URL)
}
