package conformance

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/terminology"
	"hearken/fhir/validation/snapshot"
)

// Guides is the definitions that a server is started with: our guide and packages, as far as they are neither
// FHIR's own nor each other's. It never changes once NewGuides has made it, but for the keys that Seed gives
// what it stores.
type Guides struct {
	set     *definition.Set // FHIR's, with the search parameters of the guides
	library *igpackage.Library
	urls    map[string]bool
	keys    map[fhir.Key]bool // of what is stored; see Seed

	terminologyOnce sync.Once
	terminology     *terminology.Library
}

// The stable details of what is wrong with the packages of a server.
const (
	DetailCoreCanonical    = "core-canonical"    // a definition of FHIR's own, which nothing replaces
	DetailTwice            = "defined-before"    // the canonical is our guide's, or of a package before
	DetailSearchParameter  = "search-parameter"  // one that cannot be in force
	DetailMadeNoSnapshot   = "no-snapshot"       // a structure that says what cannot be
	DetailServerDefinition = "server-definition" // a client wrote what the server brings
)

// NewGuides brings our guide and packages together. What FHIR itself defines is left out of packages, and so
// is what the guide defines, each package's with one piece of information. The outcome warns of packages that
// are needed and not there; search parameters that conflict or cannot be understood and structures of
// packages whose snapshot cannot be made are errors, each by name: then a server is not to be started with
// them.
func NewGuides(packs ...*igpackage.Package) (*Guides, fhir.Outcome) {
	g := &Guides{urls: map[string]bool{}, keys: map[fhir.Key]bool{}}
	var outcome fhir.Outcome
	all := []*igpackage.Package{Guide()}
	for i := range Guide().Resources {
		g.urls[Guide().Resources[i].URL] = true
	}
	for _, pack := range packs {
		kept, issues := without(pack, g.urls)
		all = append(all, kept)
		outcome = append(outcome, issues...)
	}
	for _, pack := range all {
		for i := range pack.Resources {
			g.urls[pack.Resources[i].URL] = true
		}
	}
	var missing fhir.Outcome
	g.library, missing = igpackage.NewLibrary(all...)
	outcome = append(outcome, missing...)
	outcome = append(outcome, g.addSearchParameters(all)...)
	outcome = append(outcome, g.checkSnapshots(all[1:])...)
	return g, outcome
}

// without leaves out of a package what is defined already.
func without(pack *igpackage.Package, guide map[string]bool) (*igpackage.Package, fhir.Outcome) {
	taken := func(url string) bool { return guide[url] || IsCore(url) }
	var outcome fhir.Outcome
	for _, sort := range []struct {
		detail, words string
		taken         func(string) bool
	}{
		{DetailCoreCanonical, "FHIR's own", IsCore},
		{DetailTwice, "our guide's", func(url string) bool { return guide[url] }},
	} {
		n := 0
		for i := range pack.Resources {
			if sort.taken(pack.Resources[i].URL) {
				n++
			}
		}
		if n > 0 {
			outcome = append(outcome, fhir.Issue{Severity: fhir.Information, Code: fhir.CodeInformational, Detail: sort.detail,
				Diagnostics: fmt.Sprintf("%s: %d definitions are %s; those in this program stand", nameOf(pack), n, sort.words)})
		}
	}
	if len(outcome) == 0 {
		return pack, nil
	}
	kept := *pack
	kept.Resources = slices.DeleteFunc(slices.Clone(pack.Resources), func(r igpackage.Resource) bool { return taken(r.URL) })
	kept.Structures = slices.DeleteFunc(slices.Clone(pack.Structures), func(s definition.StructureDefinition) bool { return taken(s.URL) })
	kept.Operations = slices.DeleteFunc(slices.Clone(pack.Operations), func(o definition.Operation) bool { return taken(o.URL) })
	kept.SearchParameters = slices.DeleteFunc(slices.Clone(pack.SearchParameters), func(p definition.SearchParameter) bool { return taken(p.URL) })
	return &kept, outcome
}

// checkSnapshots makes the snapshot of every structure of the packages once, to know that it can be made.
func (g *Guides) checkSnapshots(packs []*igpackage.Package) fhir.Outcome {
	var outcome fhir.Outcome
	generator := snapshot.New(g.Structure, snapshot.Options{})
	for _, pack := range packs {
		for i := range pack.Structures {
			_, issues := generator.Generate(&pack.Structures[i])
			for _, issue := range issues {
				if issue.Severity == fhir.SeverityError {
					issue.Detail, issue.Diagnostics = DetailMadeNoSnapshot, nameOf(pack)+": "+issue.Diagnostics
					outcome = append(outcome, issue)
				}
			}
		}
	}
	return outcome
}

// Set is FHIR's definitions with the search parameters of the guides.
func (g *Guides) Set() *definition.Set { return g.set }

// Library is the definitions of our guide and of the packages, our guide first.
func (g *Guides) Library() *igpackage.Library { return g.library }

// Has reports whether a canonical, with or without "|version", is one of the guides'.
func (g *Guides) Has(canonical string) bool {
	url, _, _ := strings.Cut(canonical, "|")
	return g.urls[url]
}

// Structure finds a structure of FHIR itself, of our guide or of a package, by canonical with or without
// "|version"; nil when there is none. It is a snapshot.Source.
func (g *Guides) Structure(canonical string) *definition.StructureDefinition {
	if s := r4.Definitions().StructureDefinition(canonical); s != nil {
		return s
	}
	if s := r4.Guide(canonical); s != nil {
		return s
	}
	return g.library.Structure(canonical)
}
