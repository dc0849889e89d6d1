package bundle

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// Index knows the entries of Bundles by what references call them. The zero Index is ready for use; it reads a
// Bundle when the first reference in it is asked for, so that n references take linear time. It is for one goroutine.
type Index struct {
	bundles map[element.Node]*entries
}

// Holds reports whether a tree could have a Bundle round a node: most resources stand alone.
func Holds(n element.Node) bool {
	name := n.Tree().Root().Structure().Name
	return name == "Bundle" || name == "Parameters"
}

// Match is what a reference means in the Bundle it stands in.
type Match struct {
	// Resource is that of the entry the reference means; the zero Node when there is none, or more than one.
	Resource element.Node
	// Count is how many entries the reference means.
	Count int
	// Near is the resource of an entry that the reference would mean, were it not for the fullUrls: one of the
	// type and id of a relative reference, or one whose fullUrl is the urn with that id. It is only set when
	// Count is 0.
	Near element.Node
}

// Find gives what a literal reference written at a node means in the Bundle round it, and, when that has no such
// entry, in a Bundle round that one. A fragment alone ("#a") is of the resource it is in, and none of the Bundle.
func (x *Index) Find(reference string, from element.Node) Match {
	if reference == "" || reference[0] == '#' {
		return Match{}
	}
	var best Match
	var entry element.Node
	for n := from; !n.IsZero(); n = n.Parent() {
		switch n.Structure().Path {
		case "Bundle.entry":
			entry = n
		case "Bundle":
			found := x.in(n).find(reference, entry)
			if found.Count > 0 {
				return found
			}
			if best.Near.IsZero() {
				best = found
			}
			entry = element.Node{}
		}
	}
	return best
}

func (x *Index) in(bundle element.Node) *entries {
	e := x.bundles[bundle]
	if e == nil {
		e = newEntries(bundle)
		if x.bundles == nil {
			x.bundles = map[element.Node]*entries{}
		}
		x.bundles[bundle] = e
	}
	return e
}

// group is the entries of one name: the first, and how many there are.
type group struct {
	first element.Node
	count int
}

// name is what entries are told apart by: a URL, and a version or "" for any.
type name struct{ url, version string }

// entries is the resources of one Bundle.
type entries struct {
	byFullURL  map[name]group
	byKey      map[string]element.Node // "Patient/1", whatever the fullUrl
	isResource func(string) bool
}

func newEntries(bundle element.Node) *entries {
	e := &entries{byFullURL: map[name]group{}, byKey: map[string]element.Node{}, isResource: bundle.Tree().Set().IsResource}
	for entry := bundle.FirstChild(); !entry.IsZero(); entry = entry.NextSibling() {
		resource := entry.Child("resource")
		if !resource.IsResource() || entry.Structure().Path != "Bundle.entry" {
			continue
		}
		if url := entry.Child("fullUrl").Text(); url != "" {
			e.add(name{url: url}, resource)
			if version := resource.Child("meta").Child("versionId").Text(); version != "" {
				e.add(name{url, version}, resource)
			}
		}
		if id := resource.Child("id").Text(); id != "" {
			e.byKey[resource.Structure().Name+"/"+id] = resource
		}
	}
	return e
}

func (e *entries) add(n name, resource element.Node) {
	g := e.byFullURL[n]
	if g.count++; g.count == 1 {
		g.first = resource
	}
	e.byFullURL[n] = g
}

// find applies the rule to a reference that stands in one entry, or outside all when that is the zero Node.
func (e *entries) find(reference string, entry element.Node) Match {
	path, rest := Cut(reference)
	rest, _, _ = strings.Cut(rest, "#")
	version := strings.TrimPrefix(rest, "/_history/")
	holder := entry.Child("fullUrl").Text()
	if url := FullURL(reference, Root(holder, e.isResource), e.isResource); url != "" {
		if found := e.match(name{url, version}); found.Count > 0 {
			return found
		}
	}
	key := fhir.ParseReference(path, e.isResource).Key
	if key.IsZero() || strings.Contains(path, ":") {
		return Match{}
	}
	return Match{Near: e.near(key, holder)}
}

func (e *entries) match(n name) Match {
	g := e.byFullURL[n]
	if g.count == 1 {
		return Match{Resource: g.first, Count: 1}
	}
	return Match{Count: g.count}
}

func (e *entries) near(key fhir.Key, holder string) element.Node {
	if found, ok := e.byKey[key.String()]; ok {
		return found
	}
	for _, scheme := range []string{"urn:uuid:", "urn:oid:"} {
		if strings.HasPrefix(holder, scheme) {
			return e.byFullURL[name{url: scheme + string(key.ID)}].first
		}
	}
	return element.Node{}
}
