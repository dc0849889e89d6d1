package fhirpath

import (
	"regexp"

	"hearken/fhir/element"
)

// scratch is the working memory of an Env. Evaluation leaves its results on the stack: an operand
// pushes, whoever called it reads from where the stack was before and cuts it back.
type scratch struct {
	stack    []Item
	this     Item         // $this
	focus    []Item       // when the focus is several items: what stands for $this at the top level
	index    int          // $index
	total    []Item       // $total
	context  Item         // %context
	resource element.Node // %resource, once asked for
	root     element.Node // %rootResource, once asked for
	defined  []variable   // by defineVariable, innermost last
	steps    int          // spent by the running evaluation
	budget   int
	serial   uint64 // of the running evaluation
	last     uint64 // serial given out
	depth    int    // evaluations inside one another
	frames   []frame
	kept     map[*kept]*keptValue
	places   map[*element.Tree]*places
	patterns map[patternKey]*regexp.Regexp
	checked  narrativeVerdict
}

type variable struct {
	name  string
	items []Item
}

// frame is what an evaluation inside another puts back when it ends.
type frame struct {
	this     Item
	focus    []Item
	index    int
	total    []Item
	context  Item
	resource element.Node
	root     element.Node
	defined  []variable
	steps    int
	budget   int
	serial   uint64
}

// maxDepth bounds evaluations inside one another (a conformsTo hook that evaluates, say).
const maxDepth = 64

// begin prepares an evaluation of e on a focus, and tells where on the stack its results will begin.
func (env *Env) begin(e *Expression, focus Item) (base int, err error) {
	if tree := focus.node.Tree(); tree != nil && !tree.Set().Fits(e.set) {
		return 0, e.located(failed(0, "the focus was parsed with other definitions than the expression was compiled with"))
	}
	if env.depth > 0 {
		if env.depth == maxDepth {
			return 0, e.located(tooCostly(0))
		}
		env.save()
	}
	env.depth++
	env.this, env.context = focus, focus
	env.focus, env.index, env.total = nil, 0, nil
	env.resource, env.root = env.Resource, env.RootResource
	env.steps, env.budget = 0, env.limit(focus.node)
	env.last++
	env.serial = env.last
	return len(env.stack), nil
}

// end puts back what begin found.
func (env *Env) end(base int) {
	env.stack = env.stack[:base]
	env.defined = env.defined[:0]
	if env.depth--; env.depth > 0 {
		env.restore()
	}
}

func (env *Env) save() {
	env.frames = append(env.frames, frame{
		this: env.this, focus: env.focus, index: env.index, total: env.total, context: env.context,
		resource: env.resource, root: env.root, defined: env.defined,
		steps: env.steps, budget: env.budget, serial: env.serial,
	})
	env.defined = nil
}

func (env *Env) restore() {
	f := env.frames[len(env.frames)-1]
	env.frames = env.frames[:len(env.frames)-1]
	env.this, env.focus, env.index, env.total, env.context = f.this, f.focus, f.index, f.total, f.context
	env.resource, env.root, env.defined = f.resource, f.root, f.defined
	env.steps, env.budget, env.serial = f.steps, f.budget, f.serial
}

func (env *Env) limit(n element.Node) int {
	if env.Steps > 0 {
		return env.Steps
	}
	if tree := n.Tree(); tree != nil {
		return 1_000_000 + 200*tree.Len()
	}
	return 1_000_000
}

// spend counts work, and fails when there has been too much of it.
func (env *Env) spend(steps, at int) error {
	if env.steps += steps; env.steps > env.budget {
		return tooCostly(at)
	}
	return nil
}

func (env *Env) push(i Item) { env.stack = append(env.stack, i) }

func (env *Env) pushAll(items []Item, at int) error {
	env.stack = append(env.stack, items...)
	return env.spend(len(items), at)
}

// keep cuts the stack back to base and leaves on it what lies from start on.
func (env *Env) keep(base, start int) {
	n := copy(env.stack[base:], env.stack[start:])
	env.stack = env.stack[:base+n]
}

// keepOne cuts the stack back to base and pushes one item.
func (env *Env) keepOne(base int, i Item) { env.stack = append(env.stack[:base], i) }
