package terminology

import "hearken/fhir/definition"

// Expand says what is wanted of an expansion (https://hl7.org/fhir/R4/valueset-operation-expand.html). The
// zero Expand wants all codes, one below the other, each with its display.
type Expand struct {
	Filter         string                            // codes with words that begin like all of its words
	Offset         int                               // how many codes are left out at the beginning
	Count          int                               // how many are wanted at most; All or less for all of them, 0 for none: to know the total
	ActiveOnly     bool                              // no inactive ones
	Selectable     bool                              // no abstract ones
	Nested         bool                              // codes below those they stand below in their system; only when all are wanted
	Designation    func(definition.Designation) bool // which designations are wanted; nil for none
	Language       string                            // of displays, "" for the system's own
	ExcludeSystems []string                          // canonicals
}

// All is the Count of whoever wants all codes.
const All = -1

// Expanded is an expansion, or a page of one.
type Expanded struct {
	Total    int // of all pages
	Contains []Contained
	Systems  []string // canonicals of the code systems that the codes are of, with the version where it is known
}

// Contained is one code of an expansion.
type Contained struct {
	System, Version, Code, Display string // Version is "" unless the value set names one
	Abstract, Inactive             bool
	Designations                   []definition.Designation
	Contains                       []Contained
}

// member is a code while a value set is expanded.
type member struct {
	clause    *clause
	code      string
	reference *definition.ConceptReference // what a value set says of it; nil for nothing
	concept   int32                        // in clause.codes; -1 when that is not loaded or does not have it
}

// row gives what is known of the code, or nil.
func (m *member) row() *definition.Concept {
	if m.concept < 0 {
		return nil
	}
	return &m.clause.codes.Concepts[m.concept]
}

// Expand lists the codes of the value set, in the order of its includes. The Verdict has the reason why that cannot be
// done: something is not loaded, or it is too much; the zero Verdict means that it was.
func (v *ValueSet) Expand(o Expand) (Expanded, Verdict) {
	if v.failure.Reason != 0 {
		return Expanded{}, v.failure
	}
	x := expander{Expand: o, set: v, work: v.library.limits.Work, seen: map[[2]string]bool{}, used: map[*clause]bool{}, words: words(o.Filter)}
	x.valueSet(v, x.add)
	if x.failure.Reason != 0 {
		return Expanded{}, x.failure
	}
	if o.Nested && o.Count < 0 && o.Offset == 0 {
		return Expanded{x.total, x.nest(), x.systems}, Verdict{}
	}
	out := Expanded{Total: x.total, Systems: x.systems, Contains: make([]Contained, len(x.page))}
	for i := range x.page {
		out.Contains[i] = x.contained(&x.page[i])
	}
	return out, Verdict{}
}

// expander lists members, each once.
type expander struct {
	Expand
	set     *ValueSet
	words   []string
	seen    map[[2]string]bool
	total   int
	page    []member
	systems []string
	used    map[*clause]bool
	work    int
	failure Verdict
}

// workPerMember is what a member costs beside what is asked about it.
const workPerMember = 20

func (x *expander) fail(v Verdict) bool {
	x.failure = v
	return false
}

func (x *expander) spend(n int) bool {
	if x.work -= n; x.work < 0 {
		return x.fail(unknown(TooCostly, x.set.def.URL))
	}
	return true
}

// add takes a member into the expansion; false when there is no use in going on.
func (x *expander) add(m member) bool {
	key := [2]string{m.clause.system, m.clause.fold(m.code)}
	if x.seen[key] {
		return true
	}
	x.seen[key] = true
	if !x.wants(&m) {
		return true
	}
	x.use(m.clause)
	x.total++
	if x.total <= x.Offset || x.Count >= 0 && len(x.page) >= x.Count {
		return true
	}
	if len(x.page) >= x.set.library.limits.Expansion {
		return x.fail(unknown(TooCostly, x.set.def.URL))
	}
	x.page = append(x.page, m)
	return true
}

// use notes the code system of a clause.
func (x *expander) use(c *clause) {
	if x.used[c] {
		return
	}
	x.used[c] = true
	canonical, version := c.system, c.version
	if version == "" && c.codes != nil {
		version = c.codes.Version
	}
	if version != "" {
		canonical += "|" + version
	}
	if key := [2]string{canonical}; canonical != "" && !x.seen[key] {
		x.seen[key] = true
		x.systems = append(x.systems, canonical)
	}
}

// wants reports whether the one who asks wants a member.
func (x *expander) wants(m *member) bool {
	c := m.row()
	if c != nil && (x.ActiveOnly && isInactive(c) || x.Selectable && isAbstract(c)) {
		return false
	}
	for _, canonical := range x.ExcludeSystems {
		if canonical == m.clause.system || m.clause.codes != nil && canonical == m.clause.system+"|"+m.clause.codes.Version {
			return false
		}
	}
	return x.matches(m)
}

// valueSet gives the members of a value set; false when there is no use in going on.
func (x *expander) valueSet(v *ValueSet, yield func(member) bool) bool {
	include, exclude := v.include, v.exclude
	if v.whole {
		include, exclude = v.published, nil
	}
	for _, c := range include {
		if !x.clause(c, func(m member) bool {
			is := x.keeps(exclude, &m)
			return x.failure.Reason == 0 && (!is || yield(m))
		}) {
			return false
		}
	}
	return true
}

// keeps reports whether no exclude has a member. What is not known of one makes the whole expansion unknown.
func (x *expander) keeps(exclude []*clause, m *member) bool {
	for _, c := range exclude {
		if !x.spend(1 + c.cost()) {
			return false
		}
		switch verdict := c.validate(m.clause.system, m.code); verdict.Answer {
		case In:
			return false
		case Unknown:
			return x.fail(verdict)
		}
	}
	return true
}

// cost is how many clauses a question about this one may ask.
func (c *clause) cost() int {
	n := c.work
	for _, i := range c.imports {
		if i.set != nil {
			n += i.set.cost
		}
	}
	return n
}

// clause gives the members of an include: those of its system part or, where it has none or one that cannot be listed,
// of its first import; as far as everything else has them, too.
func (x *expander) clause(c *clause, yield func(member) bool) bool {
	checked := func(m member) bool {
		if !x.spend(workPerMember + c.cost() + len(x.set.library.supplements[m.clause.system])) {
			return false
		}
		switch verdict := c.validate(m.clause.system, m.code); verdict.Answer {
		case Unknown:
			return x.fail(verdict)
		case NotIn:
			return true
		}
		return yield(m)
	}
	switch {
	case c.listed != nil:
		return x.list(c, checked)
	case c.codes != nil && c.missing.Reason == 0:
		return x.system(c, checked)
	case len(c.imports) > 0 && c.imports[0].set != nil:
		return x.valueSet(c.imports[0].set, checked)
	case len(c.imports) > 0:
		return x.fail(c.imports[0].missing)
	case c.grammar != nil && c.grammar.whole:
		return x.fail(unknown(Unlisted, c.system))
	}
	return x.fail(c.missing)
}

func (x *expander) list(c *clause, yield func(member) bool) bool {
	for i := range c.concepts {
		if c.concepts[i].Code == "" {
			continue
		}
		m := member{clause: c, code: c.concepts[i].Code, reference: &c.concepts[i], concept: -1}
		if c.codes != nil {
			if at, ok := c.codes.find(m.code); ok {
				m.concept = at
			}
		}
		if !yield(m) {
			return false
		}
	}
	return true
}

func (x *expander) system(c *clause, yield func(member) bool) bool {
	if c.codes.Content != complete {
		return x.fail(unknown(IncompleteSystem, c.system))
	}
	for i := range int32(len(c.codes.Concepts)) {
		if c.selected != nil && !c.selected.has(i) {
			continue
		}
		if !yield(member{clause: c, code: c.codes.Concepts[i].Code, concept: i}) {
			return false
		}
	}
	return true
}
