package embedded

import (
	"bytes"
	"sort"
	"sync"
)

// freshChunkSize is how many changes are sorted together, when somebody searches them.
const freshChunkSize = 64

// freshChunk is some changes, one after the other. Those that a view has are never written again.
type freshChunk struct {
	start   int // the number of the first
	entries [freshChunkSize]freshEntry

	mu     sync.Mutex
	sorted map[typeNumber][]sortable // the keys of the types that were searched, once the chunk is full
}

// find calls visit with those of the changes to documents of a type from first to last (not included) that
// have a key in [lower, upper).
func (c *freshChunk) find(t typeNumber, first, last int, lower, upper []byte, visit func(*freshEntry)) {
	if last < freshChunkSize {
		c.findUnsorted(t, max(first, 0), last, lower, upper, visit)
		return
	}
	sorted := c.sortedOf(t)
	high, low := prefixOf(lower)
	at := sort.Search(len(sorted), func(i int) bool {
		item := sorted[i]
		if by := comparePrefixes(item, sortable{high: high, low: low}); by != 0 {
			return by > 0
		}
		return bytes.Compare(c.keyOf(item), lower) >= 0
	})
	for ; at < len(sorted); at++ {
		item := sorted[at]
		if upper != nil && bytes.Compare(c.keyOf(item), upper) >= 0 {
			return
		}
		if int(item.list) >= first {
			visit(&c.entries[item.list])
		}
	}
}

func (c *freshChunk) findUnsorted(t typeNumber, first, last int, lower, upper []byte, visit func(*freshEntry)) {
	for i := first; i < last; i++ {
		e := &c.entries[i]
		if e.t != t {
			continue
		}
		e.keys.all(func(p posting) bool {
			if bytes.Compare(p.key, lower) < 0 || upper != nil && bytes.Compare(p.key, upper) >= 0 {
				return true
			}
			visit(e)
			return false
		})
	}
}

// sortedOf is the keys of a type in their order. They are sorted when they are first asked for: mostly nobody
// searches what is fresh.
func (c *freshChunk) sortedOf(t typeNumber) []sortable {
	c.mu.Lock()
	defer c.mu.Unlock()
	sorted, done := c.sorted[t]
	if done {
		return sorted
	}
	for i := range c.entries {
		if c.entries[i].t != t {
			continue
		}
		list := &c.entries[i].keys
		for k := range list.ends {
			high, low := prefixOf(list.at(k).key)
			sorted = append(sorted, sortable{high, low, uint32(i), uint32(k)})
		}
	}
	sortKeys(sorted, c.keyOf)
	if c.sorted == nil {
		c.sorted = map[typeNumber][]sortable{}
	}
	c.sorted[t] = sorted
	return sorted
}

func (c *freshChunk) keyOf(item sortable) []byte {
	return c.entries[item.list].keys.at(int(item.key)).key
}
