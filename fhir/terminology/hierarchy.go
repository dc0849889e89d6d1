package terminology

import "hearken/fhir/definition"

// hierarchy is the parents and children of the concepts of a system: by their places, and by the properties parent,
// child and subsumedBy, with which a concept can have several parents
// (https://hl7.org/fhir/R4/codesystem.html#hierarchy). It need not be free of cycles.
type hierarchy struct{ parents, children [][]int32 }

func newHierarchy(s *codeSystem) *hierarchy {
	h := &hierarchy{make([][]int32, len(s.Concepts)), make([][]int32, len(s.Concepts))}
	for i := range s.Concepts {
		c := &s.Concepts[i]
		if c.Parent != definition.NoParent {
			h.link(c.Parent, int32(i))
		}
		for _, p := range c.Properties {
			other, ok := int32(0), false
			if p.Code == "parent" || p.Code == "subsumedBy" || p.Code == "child" {
				other, ok = s.find(p.Value)
			}
			switch {
			case ok && p.Code == "child":
				h.link(int32(i), other)
			case ok:
				h.link(other, int32(i))
			}
		}
	}
	return h
}

func (h *hierarchy) link(parent, child int32) {
	h.parents[child] = append(h.parents[child], parent)
	h.children[parent] = append(h.children[parent], child)
}

// isAbove reports whether one concept can be reached from another by going up. Few concepts are above one, so
// that this costs much less than reach.
func (h *hierarchy) isAbove(one, other int32) bool {
	seen := map[int32]bool{other: true}
	queue := []int32{other}
	for len(queue) > 0 {
		last := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, next := range h.parents[last] {
			if next == one {
				return true
			}
			if !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	return false
}

// reach gives all that can be reached from a concept along edges, which are the parents or the children. The concept
// itself is not among them, in a cycle neither.
func reach(from int32, edges [][]int32) bitset {
	found := newBitset(len(edges))
	found.set(from)
	queue := []int32{from}
	for len(queue) > 0 {
		last := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, next := range edges[last] {
			if !found.has(next) {
				found.set(next)
				queue = append(queue, next)
			}
		}
	}
	found[from>>6] &^= 1 << (from & 63)
	return found
}
