package terminology

import (
	"slices"

	"hearken/fhir/definition"
)

// compiler makes one value set and those it imports ready for questions. A fault of any of them that is about the
// definitions (a circle, too much work) is a fault of the whole; what is merely not loaded is not.
type compiler struct {
	library *Library
	path    []*definition.ValueSet
	done    map[*definition.ValueSet]*ValueSet
	work    int
	failure Verdict
	// versions, when they are not as the value sets name them; then nothing that was compiled before is of use.
	versions *SystemVersions
}

func (l *Library) compile(def *definition.ValueSet) *ValueSet {
	c := l.compiler()
	set := c.root(def)
	l.mu.Lock()
	defer l.mu.Unlock()
	for def, one := range c.done {
		if l.holds(def) && l.compiled[def] == nil {
			l.compiled[def] = one
		}
	}
	return set
}

func (l *Library) compiler() *compiler {
	return &compiler{library: l, done: map[*definition.ValueSet]*ValueSet{}, work: l.limits.Work}
}

// root compiles the value set that is asked about.
func (c *compiler) root(def *definition.ValueSet) *ValueSet {
	set := c.valueSet(def)
	if c.failure.Reason != 0 {
		set = &ValueSet{library: c.library, def: def, failure: c.failure}
		c.done = map[*definition.ValueSet]*ValueSet{def: set}
	}
	return set
}

// holds reports whether rows are the library's own, and not only asked of it.
func (l *Library) holds(def *definition.ValueSet) bool {
	return slices.Contains(l.valueSets[def.URL], def) || slices.Contains(l.whole[def.URL], def)
}

// valueSet compiles one; nil once something failed.
func (c *compiler) valueSet(def *definition.ValueSet) *ValueSet {
	l := c.library
	var set *ValueSet
	if c.versions == nil {
		set = l.ready(def)
	}
	switch {
	case set != nil && set.failure.Reason != 0:
		return c.fail(set.failure.Reason, set.failure.Subject)
	case set != nil:
		return set
	case c.done[def] != nil:
		return c.done[def]
	case slices.Contains(c.path, def):
		return c.fail(Circular, def.URL)
	case len(c.path) >= l.limits.Depth:
		return c.fail(TooCostly, def.URL)
	}
	c.path = append(c.path, def)
	set = &ValueSet{library: l, def: def, bySystem: map[string][]*clause{}, cost: 1, depth: 1}
	c.compose(set)
	c.path = c.path[:len(c.path)-1]
	if set.cost > l.limits.Members || set.depth > l.limits.Depth {
		c.fail(TooCostly, def.URL)
	}
	if c.failure.Reason != 0 {
		return nil
	}
	set.sortOut()
	c.done[def] = set
	return set
}

// compose compiles the rules of a value set, or the published expansion where it has none. Beside rules that
// cannot be evaluated the expansion is kept as well: what it lists is a member, but of codes it does not list
// it says nothing, for it was made at some time and from some version.
func (c *compiler) compose(set *ValueSet) {
	def := set.def
	set.include = c.clauses(set, def.Include)
	set.exclude = c.clauses(set, def.Exclude)
	if x := def.Expansion; x != nil && c.failure.Reason == 0 {
		switch {
		case len(def.Include) == 0 && x.Partial:
			set.include = append(c.clauses(set, x.Contains), &clause{imports: []imported{{missing: unknown(PartialExpansion, def.URL)}}})
		case len(def.Include) == 0:
			set.include, set.exclude = c.clauses(set, x.Contains), nil
		case unsettled(set):
			set.published, set.whole = c.clauses(set, x.Contains), !x.Partial
		}
	}
	set.unsettled = !set.whole && unsettled(set)
}

// unsettled reports whether there are codes of which the rules cannot tell.
func unsettled(set *ValueSet) bool {
	return slices.ContainsFunc(set.include, (*clause).unsettled) || slices.ContainsFunc(set.exclude, (*clause).unsettled)
}

func (c *clause) unsettled() bool {
	if slices.ContainsFunc(c.imports, func(i imported) bool { return i.set == nil || i.set.unsettled }) {
		return true
	}
	switch {
	case c.system == "" || c.listed != nil:
		return false
	case c.codes != nil:
		return c.missing.Reason != 0 || c.codes.Content != complete
	}
	return c.grammar == nil || !c.grammar.whole || c.partial
}

func (c *compiler) fail(reason Reason, subject string) *ValueSet {
	if c.failure.Reason == 0 {
		c.failure = unknown(reason, subject)
	}
	return nil
}

// spend counts work, and fails when there was too much of it.
func (c *compiler) spend(n int) bool {
	if c.work -= n; c.work < 0 {
		c.fail(TooCostly, c.path[0].URL)
	}
	return c.failure.Reason == 0
}

// clauses compiles includes or excludes. Neighbours that only list codes of one system become one clause.
func (c *compiler) clauses(v *ValueSet, sets []definition.ConceptSet) []*clause {
	var all []*clause
	for i := range sets {
		set := &sets[i]
		if !c.spend(1 + len(set.Concepts) + len(set.ValueSets)) {
			return nil
		}
		if len(all) > 0 && len(set.Concepts) > 0 && len(set.ValueSets) == 0 {
			if last := all[len(all)-1]; last.listed != nil && last.system == set.System && last.version == set.Version && len(last.imports) == 0 {
				last.list(set.Concepts)
				continue
			}
		}
		one := c.clause(v, set)
		if c.failure.Reason != 0 {
			return nil
		}
		all = append(all, one)
	}
	return all
}

func (c *compiler) clause(v *ValueSet, set *definition.ConceptSet) *clause {
	one := &clause{system: set.System, version: c.version(set), active: v.def.NoInactive}
	if set.System != "" {
		one.codes, one.missing = c.library.codesIn(set.System, one.version)
		c.systemPart(one, set)
	}
	v.cost += 1 + one.work
	for _, canonical := range set.ValueSets {
		one.imports = append(one.imports, c.imported(v, canonical))
	}
	return one
}

// version is that of the code system which an include is evaluated with.
func (c *compiler) version(set *definition.ConceptSet) string {
	if c.versions == nil {
		return set.Version
	}
	version, ok := c.versions.of(set.System, set.Version)
	if !ok {
		c.fail(OtherVersion, set.System+"|"+set.Version)
	}
	return version
}

func (c *compiler) imported(v *ValueSet, canonical string) imported {
	def, missing := c.library.valueSet(canonical)
	if def == nil {
		return imported{missing: missing}
	}
	set := c.valueSet(def)
	if set != nil {
		v.cost = min(v.cost+set.cost, 1<<30)
		v.depth = max(v.depth, set.depth+1)
	}
	return imported{set: set}
}

// systemPart compiles what an include says of its code system.
func (c *compiler) systemPart(one *clause, set *definition.ConceptSet) {
	switch {
	case len(set.Concepts) > 0:
		one.listed = make(map[string]int32, len(set.Concepts))
		one.list(set.Concepts)
	case one.codes == nil:
		if one.missing.Reason != UnknownVersion {
			one.grammar = grammars[set.System]
		}
		c.patternsOf(one, set.Filters)
	case len(set.Filters) > 0:
		x := selection{codeSystem: one.codes, supplements: c.library.supplementsOf(one.codes), spend: c.spend}
		if !c.spend(len(set.Filters) * x.size()) {
			return
		}
		var bad *definition.Filter
		if one.selected, bad = x.selectConcepts(set.Filters); bad != nil {
			one.selected, one.missing = nil, unknown(UnknownFilter, filterText(*bad))
		}
	}
}

func filterText(f definition.Filter) string { return f.Property + " " + f.Op + " " + f.Value }

// list adds codes one by one.
func (c *clause) list(concepts []definition.ConceptReference) {
	if c.concepts == nil {
		c.concepts = concepts[:len(concepts):len(concepts)]
	} else {
		c.concepts = append(c.concepts, concepts...)
	}
	for i := len(c.concepts) - len(concepts); i < len(c.concepts); i++ {
		code := c.fold(c.concepts[i].Code)
		if _, twice := c.listed[code]; !twice {
			c.listed[code] = int32(i)
		}
	}
}

// patternsOf keeps the filters that can be told from a code alone: those of the grammar, and regular expressions.
func (c *compiler) patternsOf(one *clause, filters []definition.Filter) {
	for _, f := range filters {
		var matches func(string) bool
		if one.grammar != nil && one.grammar.filter != nil {
			matches = one.grammar.filter(f)
		}
		if matches == nil && f.Op == "regex" && f.Property == "code" {
			if p, ok := compilePattern(f.Value, c.spend); ok {
				matches = p.MatchString
				one.work += p.size / stepsPerWork
			}
		}
		if matches == nil {
			one.partial = true
			continue
		}
		one.work++
		one.patterns = append(one.patterns, matches)
	}
}

// sortOut puts the includes where questions find them.
func (v *ValueSet) sortOut() {
	for _, c := range v.include {
		if c.system != "" {
			v.bySystem[c.system] = append(v.bySystem[c.system], c)
		} else {
			v.open = append(v.open, c)
		}
	}
	v.systems = v.collectSystems(maxSystems + 1)
	if v.many = len(v.systems) > maxSystems; v.many {
		v.systems = nil
	}
}
