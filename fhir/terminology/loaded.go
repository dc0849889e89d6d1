package terminology

import (
	"maps"
	"slices"
)

// Loaded is a code system that codes can be asked of.
type Loaded struct {
	URL      string
	Versions []string // newest first; none of one with a grammar, or whose version is not known
}

// CodeSystems lists the code systems that are loaded with their codes, and those with a grammar that leaves
// no doubt, by URL.
func (l *Library) CodeSystems() []Loaded {
	found := map[string]Loaded{}
	for url, g := range grammars {
		if g.whole {
			found[url] = Loaded{URL: url}
		}
	}
	for url, all := range l.codeSystems {
		one := Loaded{URL: url}
		for _, s := range all {
			if s.hasCodes() {
				found[url] = one
				if s.Version != "" {
					one.Versions = append(one.Versions, s.Version)
					found[url] = one
				}
			}
		}
	}
	var list []Loaded
	for _, url := range slices.Sorted(maps.Keys(found)) {
		list = append(list, found[url])
	}
	return list
}
