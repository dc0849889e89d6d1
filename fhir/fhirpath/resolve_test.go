package fhirpath_test

import (
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
)

const careTeamSource = `{"resourceType":"CareTeam","id":"t",
"contained":[{"resourceType":"Practitioner","id":"p","name":[{"family":"Inside"}]},{"resourceType":"Organization","id":"o","partOf":{"reference":"#p"},"endpoint":[{"reference":"#"}]}],
"subject":{"reference":"Patient/1"},
"managingOrganization":[{"reference":"#o"},{"reference":"#gone"}],
"participant":[{"member":{"reference":"#p"}},{"member":{"reference":"https://e.org/fhir/Practitioner/2"}},
{"member":{"type":"RelatedPerson","identifier":{"value":"x"}}},{"member":{"reference":"urn:uuid:0"}},{"member":{"reference":"Patient?identifier=a"}}]}`

const bundleSource = `{"resourceType":"Bundle","type":"collection","entry":[
{"fullUrl":"http://a.org/Patient/1","resource":{"resourceType":"Patient","id":"1","name":[{"family":"A"}],"link":[{"other":{"reference":"Patient/2"},"type":"seealso"}]}},
{"fullUrl":"http://a.org/Patient/2","resource":{"resourceType":"Patient","id":"2","name":[{"family":"A2"}]}},
{"fullUrl":"http://b.org/Patient/2","resource":{"resourceType":"Patient","id":"2","name":[{"family":"B2"}],"managingOrganization":{"reference":"urn:uuid:1"}}},
{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Organization","name":"U","partOf":{"reference":"#c"},"contained":[{"resourceType":"Organization","id":"c","name":"C"}]}},
{"fullUrl":"http://b.org/Task/1","resource":{"resourceType":"Task","id":"1","status":"draft","intent":"order","for":{"reference":"Patient/1"}}}]}`

// stubResolver knows one resource by its reference, and keeps what it was asked.
type stubResolver struct {
	reference string
	resource  element.Node
	asked     []string
}

func (r *stubResolver) Resolve(reference string, _ element.Node) (element.Node, bool) {
	r.asked = append(r.asked, reference)
	return r.resource, reference == r.reference
}

func TestResolve(t *testing.T) {
	team, bundle := parse(t, []byte(careTeamSource)).Root(), parse(t, []byte(bundleSource)).Root()
	patient := parse(t, []byte(`{"resourceType":"Patient","id":"1","birthDate":"1970-01-01"}`)).Root()
	rows := []struct {
		name  string
		focus element.Node
		with  bool // a Resolver that knows Patient/1
		expr  string
		want  string
	}{
		{"a contained resource", team, false, "participant[0].member.resolve().name.family", "Inside"},
		{"a contained resource from another", team, false, "contained.partOf.resolve().name.family", "Inside"},
		{"the container", team, false, "contained.endpoint.resolve().id", "t"},
		{"a fragment that is not there", team, false, "managingOrganization.resolve().count()", "1"},
		{"a type from the path, without a resolver", team, false, "subject.where(resolve() is Patient).reference", "Patient/1"},
		{"another type", team, false, "subject.where(resolve() is Group).exists()", "false"},
		{"an absolute reference's type", team, false, "participant[1].member.resolve() is Practitioner", "true"},
		{"a supertype", team, false, "participant[1].member.resolve() is DomainResource", "true"},
		{"Reference.type", team, false, "participant[2].member.resolve() is RelatedPerson", "true"},
		{"a urn without a type", team, false, "participant[3].member.resolve().exists()", "false"},
		{"a conditional reference", team, false, "participant[4].member.resolve() is Patient", "true"},
		{"a member of what is not resolved", team, false, "subject.resolve().birthDate", ""},
		{"ofType of what is not resolved", team, false, "subject.resolve().ofType(Patient).exists()", "true"},
		{"with a resolver", team, true, "subject.resolve().birthDate", "1970-01-01"},
		{"not known to the resolver", team, true, "participant[1].member.resolve().exists()", "false"},
		{"a string", team, true, "'Patient/1'.resolve().birthDate", "1970-01-01"},
		{"an entry by fullUrl", bundle, false, "'http://b.org/Patient/2'.resolve().name.family", "B2"},
		{"an entry relative to its own server", bundle, false, "entry[0].resource.link.other.resolve().name.family", "A2"},
		{"not relative to another server", bundle, false, "entry[4].resource.for.resolve().name.family", ""},
		{"an entry by urn", bundle, false, "entry[2].resource.managingOrganization.resolve().name", "U"},
		{"contained within an entry", bundle, false, "entry[3].resource.partOf.resolve().name", "C"},
	}
	for _, row := range rows {
		env := &fhirpath.Env{}
		if row.with {
			env.Resolver = &stubResolver{reference: "Patient/1", resource: patient}
		}
		if got := evaluate(t, env, row.focus, row.expr); got != row.want {
			t.Errorf("%s: Evaluate(%q) = %q, want %q", row.name, row.expr, got, row.want)
		}
	}
}

// What stands in the same tree is not asked of the Resolver.
func TestResolve_LocalFirst(t *testing.T) {
	resolver := &stubResolver{}
	env := &fhirpath.Env{Resolver: resolver}
	evaluate(t, env, parse(t, []byte(bundleSource)).Root(), "entry.resource.managingOrganization.resolve()")
	evaluate(t, env, parse(t, []byte(careTeamSource)).Root(), "managingOrganization.resolve()")
	if len(resolver.asked) != 0 {
		t.Errorf("Resolve was asked for %q, want nothing: all are local", resolver.asked)
	}
}

func TestResolve_Unresolved(t *testing.T) {
	e := fhirpath.MustCompile(r4.Definitions(), "'Patient/1'.resolve()")
	got, err := e.Evaluate(nil)
	if err != nil || len(got) != 1 || got[0].Kind() != fhirpath.Unresolved || got[0].Type() != "FHIR.Patient" {
		t.Errorf("Evaluate = %v, %v, want one Unresolved FHIR.Patient", got, err)
	}
}
