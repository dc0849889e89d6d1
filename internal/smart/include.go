package smart

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// include writes into an _include or _revinclude what included resources must satisfy: to be readable. A type
// the client named, or the only one there can be, is refused when it is not covered; of several that a
// reference may point to, those not covered are left out.
func (w *walk) include(searched []fhir.Type, i query.Include) query.Include {
	if i.Reverse {
		i.Where = both(i.Where, w.need(i.Source, Read, "in _revinclude"))
		return i
	}
	if !slices.Contains(searched, i.Source) {
		w.need(i.Source, Read, "in _include")
	}
	if i.Target != "" {
		i.Where = both(i.Where, w.need(i.Target, Read, "in _include"))
		return i
	}
	targets := w.definitions.Types
	if i.Parameter != nil && len(i.Parameter.Targets) > 0 {
		targets = i.Parameter.Targets
	}
	c := w.reach(targets, Read)
	if len(c.allowed) == 0 {
		for _, t := range targets {
			w.forbid(t, Read, "in _include")
		}
	}
	i.Where = both(i.Where, c.where(w.Rules, len(c.forbidden) == 0))
	return i
}
