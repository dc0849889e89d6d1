package profiles_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/profiles"
)

// second is a second opinion on structure: it holds a resource against the rows of a differential, one at a time and
// with no snapshot, so that what it says owes nothing to fhir/validation.
type second struct {
	testing.TB
	structures map[string]*definition.StructureDefinition
	faults     []string // "minimum Patient.identifier[0]"
}

// structureFaults are the faults of a resource against a profile. Extensions of ours are looked at wherever they stand.
func structureFaults(t testing.TB, known map[string]*definition.StructureDefinition, resource element.Node, profile string) []string {
	t.Helper()
	s := &second{TB: t, structures: known}
	if known[profile] != nil {
		s.check(known[profile], resource)
	}
	for i := range resource.Tree().Len() {
		if n := resource.Tree().Node(i); n.Structure().Name == "Extension" && n.Resource() == resource {
			s.extension(n)
		}
	}
	return s.faults
}

func (s *second) fault(kind string, n element.Node) {
	s.faults = append(s.faults, kind+" "+n.Location())
}

func (s *second) extension(n element.Node) {
	profile := s.structures[text(n, "url")]
	if profile == nil {
		return
	}
	s.check(profile, n)
	allowed := slices.ContainsFunc(profile.Context, func(c definition.ExtensionContext) bool {
		above := n.Parent()
		return c.Type != "element" || c.Expression == above.Structure().Path || above.Element() != nil && c.Expression == above.Element().Path || above.Structure().IsA(c.Expression)
	})
	if !allowed {
		s.fault("context", n)
	}
}

func (s *second) check(profile *definition.StructureDefinition, n element.Node) {
	for _, row := range profile.Differential[1:] {
		cut := strings.LastIndexByte(row.ID, '.')
		if cut < 0 {
			continue
		}
		for _, parent := range (rule{profile: profile, id: row.ID[:cut]}).below(n) {
			children := slices.Collect(matching(profile, parent, row.ID))
			switch {
			case row.Given.Has(definition.GivenMin) && len(children) < row.Min:
				s.fault("minimum", parent)
			case row.Given.Has(definition.GivenMax) && row.Max != definition.Unbounded && len(children) > row.Max:
				s.fault("maximum", parent)
			}
			for _, c := range children {
				s.value(row, c)
			}
		}
	}
}

func (s *second) value(row definition.ElementChange, n element.Node) {
	isType := func(ref definition.TypeRef) bool { return n.Structure().IsA(ref.Code) }
	is := element.AppendJSON(nil, n, element.WriteOptions{})
	switch {
	case len(row.Types) > 0 && !slices.ContainsFunc(row.Types, isType):
		s.fault("type", n)
	case row.Fixed != nil && !bytes.Equal(is, row.Fixed):
		s.fault("fixed", n)
	case row.Pattern != nil && !fits(is, row.Pattern):
		s.fault("pattern", n)
	case len(row.Types) > 0 && !s.target(row.Types[0].TargetProfiles, text(n, "reference")):
		s.fault("target", n)
	case row.Binding != nil && !s.bound(row.Binding, n):
		s.fault("binding", n)
	}
}

// target looks at references by type and id only: the others have no type to see.
func (s *second) target(profiles []string, reference string) bool {
	name, _, relative := strings.Cut(reference, "/")
	if len(profiles) == 0 || !relative || strings.Contains(name, ":") {
		return true
	}
	return slices.ContainsFunc(profiles, func(p string) bool {
		if known := s.structures[p]; known != nil {
			return known.Type == name
		}
		return strings.HasSuffix(p, "/"+name) || strings.HasSuffix(p, "/Resource")
	})
}

// bound looks at value sets of ours. A required one must have one of the codings; an extensible one has
// nothing against words alone.
func (s *second) bound(b *definition.Binding, n element.Node) bool {
	if b.Strength != "required" && b.Strength != "extensible" || !strings.HasPrefix(b.ValueSet, profiles.Base) {
		return true
	}
	codes := members(s, b.ValueSet)
	if n.Structure().Name == "code" {
		return slices.ContainsFunc(codes, func(c string) bool { return strings.HasSuffix(c, "|"+n.Text()) })
	}
	coded, in := false, false
	codings(n, func(system, code, _ string, at element.Node) {
		if at.Parent() == n {
			coded, in = true, in || slices.Contains(codes, system+"|"+code)
		}
	})
	return in || !coded && b.Strength == "extensible"
}

// fits reports whether all that a pattern has is in a value.
func fits(value, pattern []byte) bool {
	var v, p any
	return json.Unmarshal(value, &v) == nil && json.Unmarshal(pattern, &p) == nil && includes(v, p)
}

func includes(value, pattern any) bool {
	switch p := pattern.(type) {
	case map[string]any:
		v, ok := value.(map[string]any)
		for name, member := range p {
			ok = ok && includes(v[name], member)
		}
		return ok
	case []any:
		v, _ := value.([]any)
		for _, item := range p {
			if !slices.ContainsFunc(v, func(one any) bool { return includes(one, item) }) {
				return false
			}
		}
		return true
	}
	return value == pattern
}
