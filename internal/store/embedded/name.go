package embedded

// Names (N) lead from the rank of a token, or of a reference, to the postings of the value: one key for all
// documents that have it. They are what a code is found by when no system is said, and in their order
// documents are sorted. A name stays when the last document of its value is gone.

// knownNames are names that are surely stored, so that what many documents say is not written again by each run. The
// least recently used go, half of them at a time. The zero value is ready.
type knownNames struct{ recent, old map[string]struct{} }

// keptNames is how many names are known at most, and half of what is kept when there are more.
const keptNames = 1 << 13

// has reports whether a name is known, and keeps it in memory.
func (k *knownNames) has(name []byte) bool {
	if _, ok := k.recent[string(name)]; ok {
		return true
	}
	_, ok := k.old[string(name)]
	if ok {
		k.put(string(name))
	}
	return ok
}

func (k *knownNames) put(name string) {
	if k.recent == nil || len(k.recent) >= keptNames {
		k.recent, k.old = make(map[string]struct{}, keptNames), k.recent
	}
	k.recent[name] = struct{}{}
}
