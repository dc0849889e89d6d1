package validation

import (
	"hearken/fhir"
	"hearken/fhir/element"
)

// checkReachable is the rule that a document holds nothing but the Composition, what it refers to, directly
// or not, and what refers to that (https://hl7.org/fhir/R4/documents.html#content). What only refers to it,
// such as a Provenance, is a remark in R4. Messages should keep to the same.
func checkReachable(v *Visit, bundle element.Node) {
	kind := bundleTypeOf(bundle)
	if kind != isDocument && kind != isMessage {
		return
	}
	g := v.graphOf(bundle)
	g.from(0, g.outward)
	for i := range g.entries {
		if g.isStyle(bundle, i) {
			g.from(i, g.outward)
		}
	}
	forward := len(g.order)
	for at := 0; at < len(g.order); at++ {
		for _, source := range g.inward[g.order[at]] {
			g.from(source, g.outward)
		}
	}
	v.reportReach(g, forward, kind)
}

// reportReach reports the entries that were reached from behind, and those that were not.
func (v *Visit) reportReach(g *graph, forward int, kind bundleType) {
	behind := make([]bool, len(g.entries))
	for _, i := range g.order[min(forward, len(g.order)):] {
		behind[i] = true
	}
	for i, entry := range g.entries {
		switch resource := entry.Child("resource"); {
		case !resource.IsResource():
		case !g.reached[i] && kind == isDocument:
			v.Report(entry, fhir.SeverityError, fhir.CodeInvalid, DetailUnreachable, "this entry cannot be reached from the Composition by references, forwards or backwards")
		case !g.reached[i]:
			v.Report(entry, fhir.Warning, fhir.CodeInvalid, DetailUnreachable, "this entry cannot be reached from the MessageHeader by references, forwards or backwards")
		case behind[i] && kind == isDocument && resource.Structure().Name != "Provenance":
			v.Report(entry, fhir.Warning, fhir.CodeInvalid, DetailReachableBackwards, "nothing reached from the Composition refers to this entry: it refers to what is reached")
		}
	}
}

// graph is which entries of a Bundle refer to which, by their positions.
type graph struct {
	entries []element.Node
	outward [][]int
	inward  [][]int
	reached []bool
	order   []int // in which they were reached
}

// graphOf reads all references, and the uris that might be some, of a Bundle's resources; a Bundle among them
// is not looked into.
func (v *Visit) graphOf(bundle element.Node) *graph {
	g := &graph{}
	position := map[element.Node]int{}
	for entry := bundle.FirstChild(); !entry.IsZero(); entry = entry.NextSibling() {
		if entry.Structure().Path == "Bundle.entry" {
			position[entry.Child("resource")] = len(g.entries)
			g.entries = append(g.entries, entry)
		}
	}
	g.outward, g.inward = make([][]int, len(g.entries)), make([][]int, len(g.entries))
	g.reached = make([]bool, len(g.entries))
	for i, entry := range g.entries {
		below(entry.Child("resource"), func(n element.Node) bool {
			if n.HasValue() && v.mayRefer(n) {
				if to, ok := position[v.env.Entry(n.Text(), n).Resource]; ok && to != i {
					g.outward[i], g.inward[to] = append(g.outward[i], to), append(g.inward[to], i)
				}
			}
			return n.Structure().Path != "Bundle"
		})
	}
	return g
}

// mayRefer reports whether the value of a primitive could mean an entry. Systems and the like name, and do not refer.
func (v *Visit) mayRefer(n element.Node) bool {
	if v.isReference(n) {
		return true
	}
	return (n.Structure() == v.validator.uri || n.Structure() == v.validator.url) && n.NameID() != v.validator.coded.system
}

// isStyle reports whether an entry is a style sheet that the Bundle has a link to.
func (g *graph) isStyle(bundle element.Node, i int) bool {
	resource := g.entries[i].Child("resource")
	if typeOf(resource) != "Binary" {
		return false
	}
	for link := bundle.FirstChild(); !link.IsZero(); link = link.NextSibling() {
		if link.Structure().Path == "Bundle.link" && link.Child("relation").Text() == "stylesheet" && link.Child("url").Text() == "Binary/"+resource.Child("id").Text() {
			return true
		}
	}
	return false
}

// from marks an entry and all that can be reached from it.
func (g *graph) from(start int, along [][]int) {
	if start >= len(g.entries) || g.reached[start] {
		return
	}
	g.reached[start] = true
	next := len(g.order)
	g.order = append(g.order, start)
	for ; next < len(g.order); next++ {
		for _, to := range along[g.order[next]] {
			if !g.reached[to] {
				g.reached[to] = true
				g.order = append(g.order, to)
			}
		}
	}
}
