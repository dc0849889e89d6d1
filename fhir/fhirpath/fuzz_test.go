package fhirpath_test

import (
	"errors"
	"testing"
	"time"

	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
)

const fuzzPatient = `{"resourceType":"Patient","id":"a","active":true,"birthDate":"1974-12-25","contained":[{"resourceType":"Organization","id":"o","name":"x"}],
"name":[{"given":["Ada","B"],"family":"L","period":{"start":"2001-01","end":"2002-02-02T10:00:00Z"}}],"multipleBirthInteger":2,
"extension":[{"url":"http://e.org/q","valueQuantity":{"value":1.50,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}],
"managingOrganization":{"reference":"#o"},"generalPractitioner":[{"reference":"Practitioner/1"}]}`

// FuzzCompile holds that reading never panics, that an expression printed in canonical form reads back
// as the same, that the type check may refuse but not panic, and that evaluating ends within its steps.
func FuzzCompile(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add(seed)
	}
	tree := parse(f, []byte(fuzzPatient))
	f.Fuzz(func(t *testing.T, text string) {
		for _, opts := range [][]fhirpath.Option{nil, {fhirpath.Normative()}, {fhirpath.Strict(), fhirpath.On("Patient")}} {
			e, err := fhirpath.Compile(r4.Definitions(), text, opts...)
			if err != nil {
				var fault *fhirpath.Error
				if !errors.As(err, &fault) || fault.Line < 1 || fault.Column < 1 {
					t.Errorf("Compile(%q) = %v, want an *Error with a place", text, err)
				}
				continue
			}
			again, err := fhirpath.Compile(r4.Definitions(), e.Canonical(), opts...)
			if err != nil {
				t.Fatalf("Compile(%q) = error %v, want what Canonical(%q) prints to compile", e.Canonical(), err, text)
			}
			if again.Canonical() != e.Canonical() {
				t.Errorf("Canonical(%q) = %q, which prints as %q", text, e.Canonical(), again.Canonical())
			}
			env := &fhirpath.Env{Now: time.Unix(1e9, 0), Steps: 100_000}
			result, err := e.Evaluate(env, fhirpath.Of(tree.Root()))
			same, errAgain := again.Evaluate(env, fhirpath.Of(tree.Root()))
			if (err == nil) != (errAgain == nil) || len(result) != len(same) {
				t.Errorf("%q gives %v (%v), its canonical form %q gives %v (%v)", text, result, err, e.Canonical(), same, errAgain)
			}
			for _, i := range result {
				_ = i.String()
			}
			if _, err := e.Holds(env, tree.Root()); err != nil && !errors.As(err, new(*fhirpath.Error)) {
				t.Errorf("Holds(%q) = %v, want an *Error", text, err)
			}
		}
	})
}

var fuzzSeeds = []string{
	"Patient.name.given.where($this = 'Ada').first()",
	"name.select(given | family).distinct().count() > 2",
	"contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().as(canonical))) or descendants().where(reference = '#').exists()).not()).trace('unmatched', id).empty()",
	"@2014-01-01T08.highBoundary(17) >= @2014 and now() - 3 months < today() + 1.5 days",
	"4.5 'mg' * 2 'mL' ~ 9.0 'g' / 1 'm' or 7 days = 1 week",
	"(1|2|3).aggregate($this + $total, 0) = 6 implies iif(true, 'a' & {}, 1L)",
	"repeat(children()).ofType(FHIR.string).matches('^[a-z]{1,3}$')",
	"%`ext-x` + %'vs-y' + %ucum + `a b`.c[0] + 'é\\u00e9\\n'",
	"generalPractitioner.where(resolve() is Practitioner).reference.substring(2).toInteger() div -3",
	"defineVariable('x', name).select(%x.given).sort(-$this, length()).join(',')",
	"extension('http://e.org/q').value.toString().encode('base64').decode('base64').escape('json')",
	"/* c */ name // d\n.given.all(length() > 1).not() xor (true != false) !~ {}",
	"2.power(1000000) + 9999999999.9.exp() + (10).log(0) + @T10:30.precision() - 0.sqrt()",
	"'x'.replaceMatches('(', 'y').replace('', 'abc').split('').toChars().combine(name).subsetOf($this)",
	"managingOrganization.resolve().name.type().name contains 'string'",
}
