package terminology

import (
	"slices"
	"strings"

	"hearken/fhir/definition"
)

// versions are the things of one canonical URL, newest version first.
type versions[T any] map[string][]T

// find gives what a canonical names: with "|version" exactly that, else the newest. known reports whether there is one
// of the URL in any version. Some URLs have a bar in them (http://terminology.hl7.org/CodeSystem/v2-0006|2.1).
func (v versions[T]) find(canonical string, version func(T) string) (found T, ok, known bool) {
	if all := v[canonical]; len(all) > 0 {
		return all[0], true, true
	}
	bar := strings.LastIndexByte(canonical, '|')
	if bar < 0 {
		return found, false, false
	}
	all := v[canonical[:bar]]
	for _, one := range all {
		if version(one) == canonical[bar+1:] {
			return one, true, true
		}
	}
	return found, false, len(all) > 0
}

// additions is versions while more are added. Slices that a library has already are left as they are.
type additions[T any] struct {
	all     versions[T]
	version func(T) string
	changed map[string]bool
}

func adding[T any](all versions[T], version func(T) string) *additions[T] {
	return &additions[T]{all, version, map[string]bool{}}
}

func (a *additions[T]) add(url string, one T) {
	if url == "" {
		return
	}
	if !a.changed[url] {
		a.changed[url] = true
		a.all[url] = slices.Clip(a.all[url])
	}
	a.all[url] = append(a.all[url], one)
}

// sort puts what was added in its place. Of two with the same version the first counts.
func (a *additions[T]) sort() {
	for url := range a.changed {
		if len(a.all[url]) < 2 {
			continue
		}
		seen := map[string]bool{}
		kept := make([]T, 0, len(a.all[url]))
		for _, one := range a.all[url] {
			if v := a.version(one); !seen[v] {
				seen[v] = true
				kept = append(kept, one)
			}
		}
		slices.SortStableFunc(kept, func(x, y T) int { return definition.CompareVersions(a.version(y), a.version(x)) })
		a.all[url] = kept
	}
}
