package conformance

import (
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/terminology"
)

// Terminology is the code systems, value sets and concept maps of FHIR, of our guide and of the packages. It
// is read when it is asked for first, in some tens of milliseconds.
func (g *Guides) Terminology() *terminology.Library {
	g.terminologyOnce.Do(func() {
		var all []element.Node
		for _, pack := range g.library.Packages() {
			for i := range pack.Resources {
				all = append(all, pack.Resources[i].Node)
			}
		}
		g.terminology = terminology.NewLibrary(r4.Terminology(), terminology.Read(all...))
	})
	return g.terminology
}
