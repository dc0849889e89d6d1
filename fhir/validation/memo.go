package validation

import "hearken/fhir/element"

// memo remembers which nodes were measured by which profiles in one validation, so that resources which refer to each
// other are measured once and circles end.
type memo struct {
	reported map[memoKey]struct{}
	states   map[memoKey]memoState
	asked    []memoKey // in the order they were asked
}

type memoKey struct {
	node    element.Node
	profile *profile
}

type memoState uint8

const (
	stateUnknown memoState = iota
	stateAsked             // it is being found out
	stateAssumed           // so it is, and another answer rests on it
	stateConforms
	stateFails
)

// first reports whether a node is reported on by a profile for the first time.
func (m *memo) first(n element.Node, p *profile) bool {
	key := memoKey{n, p}
	if _, done := m.reported[key]; done {
		return false
	}
	if m.reported == nil {
		m.reported = map[memoKey]struct{}{}
	}
	m.reported[key] = struct{}{}
	return true
}

// state is what is known; a question that is still open counts as answered well by those that lead back to it.
func (m *memo) state(n element.Node, p *profile) memoState {
	key := memoKey{n, p}
	state := m.states[key]
	if state == stateAsked || state == stateAssumed {
		m.states[key] = stateAssumed
		return stateConforms
	}
	return state
}

// begin notes a question; what it returns is handed to end.
func (m *memo) begin(n element.Node, p *profile) (mark int) {
	if m.states == nil {
		m.states = map[memoKey]memoState{}
	}
	key := memoKey{n, p}
	m.states[key] = stateAsked
	m.asked = append(m.asked, key)
	return len(m.asked) - 1
}

// end notes the answer. A failure is one whatever becomes of what was assumed; that something else conforms
// is forgotten when it may rest on what has failed now.
func (m *memo) end(n element.Node, p *profile, mark int, conforms bool) {
	key := memoKey{n, p}
	relied := m.states[key] == stateAssumed
	switch {
	case conforms:
		m.states[key] = stateConforms
	case relied:
		for _, later := range m.asked[mark+1:] {
			if m.states[later] == stateConforms {
				delete(m.states, later)
			}
		}
		fallthrough
	default:
		m.states[key] = stateFails
	}
	if mark == 0 {
		m.asked = m.asked[:0] // nothing is open any more
	}
}

// reset forgets everything, and keeps the memory of small maps.
func (m *memo) reset() {
	const small = 64
	if len(m.reported) > small || len(m.states) > small {
		*m = memo{}
		return
	}
	clear(m.reported)
	clear(m.states)
	clear(m.asked)
	m.asked = m.asked[:0]
}
