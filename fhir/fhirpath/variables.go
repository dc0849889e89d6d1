package fhirpath

import (
	"slices"
	"strings"

	"hearken/fhir/element"
)

// Variables: http://hl7.org/fhirpath/N1/#environment-variables and https://hl7.org/fhir/R4/fhirpath.html#variables.

type indexVariable struct{}

func (v indexVariable) collect(env *Env, _ int) error { return collectOne(env, v) }

func (indexVariable) one(env *Env) (Item, error) { return OfInteger(int64(env.index)), nil }

type totalVariable struct{ at int }

func (v totalVariable) collect(env *Env, _ int) error { return env.pushAll(env.total, v.at) }

// contextVariable is %context, %resource or %rootResource.
type contextVariable struct{ uses dependency }

func (v contextVariable) collect(env *Env, _ int) error { return collectOne(env, v) }

func (v contextVariable) one(env *Env) (Item, error) {
	switch v.uses {
	case usesResource:
		return Of(env.currentResource()), nil
	case usesRoot:
		return Of(env.currentRoot()), nil
	}
	return env.context, nil
}

// currentResource is %resource: what the Env says, or the nearest resource round the focus.
func (env *Env) currentResource() element.Node {
	if env.resource.IsZero() {
		env.resource = env.context.node.Resource()
	}
	return env.resource
}

// currentRoot is %rootResource: what the Env says, or the resource that contains %resource, or that itself.
func (env *Env) currentRoot() element.Node {
	if env.root.IsZero() {
		env.root = env.currentResource()
		if container := env.root.Container(); !container.IsZero() {
			env.root = container
		}
	}
	return env.root
}

// codeSystems are the variables for code systems that FHIR defines.
var codeSystems = map[string]string{
	"sct":   "http://snomed.info/sct",
	"loinc": "http://loinc.org",
	"ucum":  ucumSystem,
}

// variable compiles %name.
func (c *compiler) variable(s *syntax) (part, *Error) {
	if slices.Contains(c.variables, s.name) {
		return part{definedVariable{s.name, s.at}, shape{uses: usesLocal}}, nil
	}
	if url := codeSystems[s.name]; url != "" {
		return part{literal{OfString(url)}, ofKind(String, 0)}, nil
	}
	switch s.name {
	case "context":
		on := shape{single: true, uses: usesContext}
		if c.inLambda == 0 {
			on.types = c.this.types
		}
		return part{contextVariable{usesContext}, on}, nil
	case "resource":
		return part{contextVariable{usesResource}, shape{single: true, uses: usesResource}}, nil
	case "rootResource":
		return part{contextVariable{usesRoot}, shape{single: true, uses: usesRoot}}, nil
	}
	if name, ok := strings.CutPrefix(s.name, "vs-"); ok {
		return part{literal{OfString("http://hl7.org/fhir/ValueSet/" + name)}, ofKind(String, 0)}, nil
	}
	if name, ok := strings.CutPrefix(s.name, "ext-"); ok {
		return part{literal{OfString("http://hl7.org/fhir/StructureDefinition/" + name)}, ofKind(String, 0)}, nil
	}
	return part{givenVariable{s.name, s.at}, shape{uses: usesOutside}}, nil
}

// givenVariable is one of Env.Variables.
type givenVariable struct {
	name string
	at   int
}

func (v givenVariable) collect(env *Env, _ int) error {
	items, ok := env.Variables[v.name]
	if !ok {
		return failed(v.at, "there is no variable %%%s", v.name)
	}
	return env.pushAll(items, v.at)
}

// definedVariable is one made by defineVariable.
type definedVariable struct {
	name string
	at   int
}

func (v definedVariable) collect(env *Env, _ int) error {
	for i := len(env.defined) - 1; i >= 0; i-- {
		if env.defined[i].name == v.name {
			return env.pushAll(env.defined[i].items, v.at)
		}
	}
	return failed(v.at, "the variable %%%s is not defined here", v.name)
}
