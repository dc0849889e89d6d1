package terminology

import "hearken/fhir/definition"

// ValueSet is a value set ready for questions: see Library.ValueSet. It is safe for concurrent use.
type ValueSet struct {
	library *Library
	def     *definition.ValueSet
	include []*clause // in order
	exclude []*clause
	// published is an expansion that came with rules that cannot be evaluated, and whole that it has all codes.
	published []*clause
	whole     bool
	unsettled bool                 // there are codes of which it cannot be told
	bySystem  map[string][]*clause // of include
	open      []*clause            // of include: those that name no system
	systems   []string             // those it may have codes of, unless there are many
	many      bool                 // they are more than are kept
	cost      int                  // how many clauses one question may ask
	depth     int                  // how many value sets import one another in a row, this one included
	failure   Verdict              // why nothing can be said; Reason 0 for none
}

// Definition gives the rows the value set was made of.
func (v *ValueSet) Definition() *definition.ValueSet { return v.def }

// Err says why the value set cannot be evaluated at all; the zero Verdict means that it can be.
func (v *ValueSet) Err() Verdict { return v.failure }

// Validate says whether a code of a system is in the value set
// (https://hl7.org/fhir/R4/valueset-operation-validate-code.html). It does not allocate.
func (v *ValueSet) Validate(system, code string) Verdict {
	if v.failure.Reason != 0 {
		return v.failure
	}
	for _, c := range v.published {
		if c.validate(system, code).Answer == In {
			return in
		}
	}
	verdict := v.included(system, code)
	if verdict.Answer == NotIn {
		return verdict
	}
	for _, c := range v.exclude {
		switch excluded := c.validate(system, code); {
		case excluded.Answer == In:
			return notIn(Excluded)
		case excluded.Answer == Unknown:
			verdict = excluded
		}
	}
	return verdict
}

// included asks the includes: one of them is enough.
func (v *ValueSet) included(system, code string) Verdict {
	verdict := notIn(OtherSystem)
	for _, clauses := range [2][]*clause{v.bySystem[system], v.open} {
		for _, c := range clauses {
			switch one := c.validate(system, code); {
			case one.Answer == In:
				return one
			case verdict.Answer == NotIn && one.Reason > verdict.Reason:
				verdict = one
			}
		}
	}
	return verdict
}

// ValidateCode says whether a code without a system is in the value set, as an element of type code is checked: in
// any of its systems (https://hl7.org/fhir/R4/terminologies.html#code).
func (v *ValueSet) ValidateCode(code string) Verdict {
	_, verdict := v.Find(code)
	return verdict
}

// Find is ValidateCode that also gives the first system of which the code is in the value set, "" for none.
func (v *ValueSet) Find(code string) (system string, verdict Verdict) {
	if v.failure.Reason != 0 {
		return "", v.failure
	}
	systems := v.systems
	if v.many {
		if systems = v.Systems(); len(systems)*v.cost > v.library.limits.Work/workPerMember {
			return "", unknown(TooCostly, v.def.URL)
		}
	}
	verdict = notIn(OtherSystem)
	for _, system := range systems {
		switch one := v.Validate(system, code); {
		case one.Answer == In:
			return system, one
		case verdict.Answer == NotIn && one.Reason > verdict.Reason:
			verdict = one
		}
	}
	return "", verdict
}

// clause is one include or exclude, compiled: the codes that its system part and all its imports have in common.
type clause struct {
	system   string           // "" when it names none
	version  string           // of the system, "" when it names none
	listed   map[string]int32 // codes one by one, folded; the position in concepts
	concepts []definition.ConceptReference
	codes    *codeSystem // nil when not loaded
	selected bitset      // of codes; nil for all
	grammar  *grammar
	patterns []func(code string) bool // filters that can be told from a code alone
	work     int                      // what it costs to ask the patterns
	partial  bool                     // filters are there that cannot
	missing  Verdict                  // why a code may be unknown
	active   bool                     // inactive codes are left out
	imports  []imported
}

// imported is a value set that a clause names: set is nil when it is not loaded.
type imported struct {
	set     *ValueSet
	missing Verdict
}

func (c *clause) validate(system, code string) Verdict {
	verdict := in
	if c.system != "" {
		if c.system != system {
			return notIn(OtherSystem)
		}
		verdict = c.fromSystem(code)
	}
	for i := range c.imports {
		if verdict.Answer == NotIn {
			return verdict
		}
		verdict = and(verdict, c.imports[i].validate(system, code))
	}
	return verdict
}

func (i *imported) validate(system, code string) Verdict {
	if i.set == nil {
		return i.missing
	}
	return i.set.Validate(system, code)
}

// fromSystem is the part about the code system.
func (c *clause) fromSystem(code string) Verdict {
	switch {
	case c.listed != nil:
		return c.fromList(code)
	case c.codes != nil:
		i, ok := c.codes.find(code)
		switch {
		case !ok:
			return c.codes.absent(code)
		case c.selected != nil && !c.selected.has(i):
			return notIn(NotListed)
		case c.active && isInactive(&c.codes.Concepts[i]):
			return notIn(Inactive)
		case c.missing.Reason != 0:
			return c.missing
		}
		return in
	}
	return c.fromForm(code)
}

// fold makes codes alike that the system does not tell apart.
func (c *clause) fold(code string) string {
	if c.codes != nil {
		return c.codes.fold(code)
	}
	return code
}

// at finds a code that is listed.
func (c *clause) at(code string) (int32, bool) {
	if c.codes != nil {
		return c.codes.in(c.listed, code)
	}
	i, ok := c.listed[code]
	return i, ok
}

func (c *clause) fromList(code string) Verdict {
	if _, ok := c.at(code); !ok {
		return notIn(NotListed)
	}
	if c.active && c.codes != nil {
		if i, ok := c.codes.find(code); ok && isInactive(&c.codes.Concepts[i]) {
			return notIn(Inactive)
		}
	}
	return in
}

// fromForm judges a code of a system that is not loaded by what its form tells.
func (c *clause) fromForm(code string) Verdict {
	verdict := c.missing
	if c.grammar != nil {
		verdict = c.grammar.verdict(c.system, code)
	}
	for _, matches := range c.patterns {
		if verdict.Answer == NotIn {
			return verdict
		}
		if !matches(code) {
			return notIn(NotListed)
		}
	}
	if c.partial {
		verdict = and(verdict, c.missing)
	}
	return verdict
}
