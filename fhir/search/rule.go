package search

import (
	"errors"
	"fmt"
	"slices"

	"hearken/fhir/definition"
	"hearken/fhir/fhirpath"
	"hearken/fhir/search/query"
)

// path is one expression evaluated on a resource. Parameters that select by the same expression share it.
type path struct {
	text       string
	expression *fhirpath.Expression
}

// rule says how a parameter gets its values: which paths select the elements, and what is made of each.
type rule struct {
	parameter  *query.Parameter
	paths      []int // in typeRegistry.paths
	components []component
}

// component is one part of a composite, relative to the element the composite selects.
type component struct {
	parameter  *query.Parameter
	expression *fhirpath.Expression
}

// compiler compiles each expression once for all the types it is used on.
type compiler struct {
	set  *definition.Set
	done map[[2]string]*fhirpath.Expression
}

func newCompiler(set *definition.Set) *compiler {
	return &compiler{set: set, done: map[[2]string]*fhirpath.Expression{}}
}

// compile reads an expression for a focus; on = "" means any.
func (c *compiler) compile(on, text string) (*fhirpath.Expression, error) {
	if done := c.done[[2]string{on, text}]; done != nil {
		return done, nil
	}
	var options []fhirpath.Option
	if on != "" {
		options = append(options, fhirpath.On(on))
	}
	expression, err := fhirpath.Compile(c.set, text, options...)
	if err != nil {
		return nil, err
	}
	c.done[[2]string{on, text}] = expression
	return expression, nil
}

// compile makes the rules of a type, in the order of its parameters. What the store sets has none.
func (t *typeRegistry) compile(c *compiler) error {
	var errs []error
	for _, p := range t.parameters {
		if p.Intrinsic != query.NotIntrinsic {
			continue
		}
		made, err := t.newRule(c, t.byCode[p.Code])
		if err != nil {
			errs = append(errs, fmt.Errorf("search: %s: %w", p, err))
		}
		t.rules = append(t.rules, made)
	}
	return errors.Join(errs...)
}

func (t *typeRegistry) newRule(c *compiler, o *offer) (made rule, err error) {
	made.parameter = o.parameter
	for _, branch := range o.branches {
		i, err := t.path(c, string(o.parameter.Base), branch)
		if err != nil {
			return made, err
		}
		made.paths = append(made.paths, i)
	}
	for i, d := range componentsOf(o.definition) {
		expression, err := c.compile("", d.Expression)
		if err != nil {
			return made, err
		}
		made.components = append(made.components, component{o.parameter.Components[i], expression})
	}
	return made, nil
}

func (t *typeRegistry) path(c *compiler, base, text string) (int, error) {
	if i := slices.IndexFunc(t.paths, func(p path) bool { return p.text == text }); i >= 0 {
		return i, nil
	}
	expression, err := c.compile(base, text)
	if err != nil {
		return 0, err
	}
	t.paths = append(t.paths, path{text, expression})
	return len(t.paths) - 1, nil
}
