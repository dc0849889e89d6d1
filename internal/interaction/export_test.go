package interaction

// Impatient has the server wait for nobody who has claimed and not created: what is safe then is safe at any load.
func (s *Server) Impatient() { s.impatient = true }

// MaxKept is how many callers are kept at most, and MaxKeptBytes how many bytes of them, about.
const (
	MaxKept      = 2 * maxCallers
	MaxKeptBytes = 2 * maxCallerBytes
)

// Counted is the count by which the young become old.
func (c *Callers) Counted() int {
	c.kept.mu.Lock()
	defer c.kept.mu.Unlock()
	return c.kept.bytes
}

// Kept is how many callers are kept, in how many bytes by their own count, and the texts that are kept of them.
func (c *Callers) Kept() (callers, bytes int, texts []string) {
	c.kept.mu.Lock()
	defer c.kept.mu.Unlock()
	for _, generation := range []map[callerKey]callerEntry{c.kept.young, c.kept.old} {
		for key, e := range generation {
			callers, bytes = callers+1, bytes+e.bytes
			texts = append(texts, key.issuer, key.name, key.role, key.organisation)
			for _, entry := range e.facts.entries {
				texts = append(texts, entry.Organisation)
			}
			for _, a := range e.facts.agreements {
				texts = append(texts, a.Organisation)
			}
			for _, g := range e.facts.grants {
				texts = append(texts, string(g.Patient), g.Reason)
			}
		}
	}
	return callers, bytes, texts
}
