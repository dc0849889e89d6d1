package search

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/search/query"
)

// PublicAccess is the access token every resource has while there are no rules on who may see it.
const PublicAccess = "public-floor"

// Extractor turns a resource into what is searchable of it. It is safe for concurrent use; the fields
// must not change once it is used.
type Extractor struct {
	Registry *Registry
	Zone     *time.Location // of dates and times that name none; nil is UTC
	Base     string         // the server's own base URL: an absolute reference below it is a local one

	// Marks gives what is to be known of a resource by those who decide who sees it: tokens of the hidden access
	// parameter. nil for none.
	Marks func(resource element.Node) []query.Token
	// Apart reports whether an extension, with all in it, is kept out of the index. nil for none.
	Apart func(element.Node) bool

	pool sync.Pool // of *extraction
}

// Index evaluates every parameter of the resource's type on it. The entries are in the order of the
// parameters' codes, each value once, then the access token; their strings share the memory of the tree. The
// resource may be any one of a tree: Bundle.entry.resource is evaluated where it stands. The error is an
// expression that failed, a *fhirpath.Error with the expression, or CodeTooCostly for a resource made to have
// more values than any index should hold.
func (x *Extractor) Index(resource element.Node) (query.Index, error) {
	t := x.Registry.types[fhir.Type(resource.Structure().Name)]
	if t == nil {
		return query.Index{}, fmt.Errorf("search: %s is no resource type of the registry", resource.Structure().Name)
	}
	e := x.extraction(resource.Tree())
	defer x.release(e)
	if err := e.evaluate(t, resource); err != nil {
		return query.Index{}, err
	}
	e.entries = make([]query.Entry, 0, len(t.rules)+8)
	for i := range t.rules {
		if err := e.apply(&t.rules[i]); err != nil {
			return query.Index{}, err
		}
	}
	compartments := e.compartmentsOf(t)
	entries := append(e.entries, query.Entry{Parameter: t.access, Value: query.Token{Code: PublicAccess}})
	if x.Marks != nil {
		for _, mark := range x.Marks(resource) {
			entries = append(entries, query.Entry{Parameter: t.access, Value: mark})
		}
	}
	return query.Index{Entries: entries, Compartments: compartments}, nil
}

// extraction is the working memory of one Index call.
type extraction struct {
	extractor *Extractor
	zone      *time.Location
	base      string
	env       fhirpath.Env
	tree      *element.Tree   // what env knows something of
	holds     bool            // it holds something that is kept apart
	items     []fhirpath.Item // what the paths selected, one after the other
	ends      []int           // where each path's items end
	entries   []query.Entry
	parameter *query.Parameter // being extracted
	first     int              // where its entries begin
	seen      map[query.Value]struct{}
}

func (x *Extractor) extraction(tree *element.Tree) *extraction {
	e, ok := x.pool.Get().(*extraction)
	if !ok {
		e = &extraction{extractor: x, zone: x.Zone, base: strings.TrimSuffix(x.Base, "/")}
		if e.zone == nil {
			e.zone = time.UTC
		}
	}
	// The entries of a Bundle are indexed one after the other: what was found out about where its resources are
	// serves them all, and finding it again for each would take quadratic time.
	if e.tree != tree {
		e.env.Reset()
		e.tree, e.holds = tree, x.holdsApart(tree)
	}
	return e
}

// release keeps the memory for the next resource.
func (x *Extractor) release(e *extraction) {
	clear(e.items)
	e.items, e.ends, e.entries, e.parameter, e.seen = e.items[:0], e.ends[:0], nil, nil, nil
	x.pool.Put(e)
}

// evaluate runs each path of the type once.
func (e *extraction) evaluate(t *typeRegistry, resource element.Node) error {
	e.env.Resource = resource
	keep := func(item fhirpath.Item) bool {
		if !e.apart(item.Node()) {
			e.items = append(e.items, item)
		}
		return true
	}
	for i := range t.paths {
		if err := t.paths[i].expression.Each(&e.env, resource, keep); err != nil {
			return fmt.Errorf("search: %s: %w", t.paths[i].text, err)
		}
		e.ends = append(e.ends, len(e.items))
	}
	return nil
}

// holdsApart reports whether a tree has an extension that is kept out of the index.
func (x *Extractor) holdsApart(tree *element.Tree) bool {
	for i := 0; x.Apart != nil && i < tree.Len(); i++ {
		if n := tree.Node(i); n.Structure().Name == "Extension" && x.Apart(n) {
			return true
		}
	}
	return false
}

// apart reports whether an element is, or is in, an extension that is kept out of the index.
func (e *extraction) apart(n element.Node) bool {
	for ; e.holds && !n.IsZero(); n = n.Parent() {
		if n.Structure().Name == "Extension" && e.extractor.Apart(n) {
			return true
		}
	}
	return false
}

// selected is what one path selected.
func (e *extraction) selected(path int) []fhirpath.Item {
	start := 0
	if path > 0 {
		start = e.ends[path-1]
	}
	return e.items[start:e.ends[path]]
}

// apply makes the values of one parameter of the items its paths selected.
func (e *extraction) apply(r *rule) error {
	e.parameter, e.first = r.parameter, len(e.entries)
	for _, path := range r.paths {
		for _, item := range e.selected(path) {
			if r.parameter.Kind != query.KindComposite {
				e.values(r.parameter.Kind, item)
			} else if err := e.tuples(r, item); err != nil {
				return err
			}
		}
	}
	return nil
}

// values adds what an item means to a parameter of a kind
// (https://hl7.org/fhir/R4/search.html#table, "Cross-map between search parameter types and Data types").
func (e *extraction) values(kind query.Kind, item fhirpath.Item) {
	n := item.Node()
	if n.IsZero() {
		if value, ok := item.Boolean(); ok && kind == query.KindToken {
			e.boolean(value)
		}
		return
	}
	if n.Structure().Name == "Extension" {
		if n = n.Child("value"); n.IsZero() {
			return
		}
	}
	switch kind {
	case query.KindString:
		e.text(n)
	case query.KindToken:
		e.token(n)
	case query.KindDate:
		e.date(n)
	case query.KindNumber:
		e.number(n)
	case query.KindQuantity:
		e.quantity(n)
	case query.KindReference:
		e.reference(n)
	case query.KindURI:
		e.uri(n)
	}
}

// listScan is up to how many values of a parameter are compared one by one; more are kept in a map, so that a
// resource with a hundred thousand codes takes no longer than it must.
const listScan = 12

// add adds a value to the parameter at hand unless it has it already.
func (e *extraction) add(v query.Value) {
	own := e.entries[e.first:]
	if _, composite := v.(query.Composite); composite {
		// Composites hold a slice and cannot be compared; tuples does without.
	} else if len(own) < listScan {
		for i := range own {
			if own[i].Value == v {
				return
			}
		}
	} else if !e.fresh(own, v) {
		return
	}
	e.entries = append(e.entries, query.Entry{Parameter: e.parameter, Value: v})
}

// fresh notes a value in the map and reports whether it was not there.
func (e *extraction) fresh(own []query.Entry, v query.Value) bool {
	if len(own) == listScan {
		e.seen = make(map[query.Value]struct{}, 4*listScan)
		for i := range own {
			e.seen[own[i].Value] = struct{}{}
		}
	}
	if _, known := e.seen[v]; known {
		return false
	}
	e.seen[v] = struct{}{}
	return true
}
