package embedded

import "hearken/internal/store"

// encoded is the part of a Put that was done before the lock, for this store only.
type encoded struct {
	store *Store
	draft *draft
}

var _ store.Encoder = (*Store)(nil)

// Encode makes the postings and the forward record of p outside the commit lock. Without it Put does so.
func (s *Store) Encode(p *store.Prepared) error {
	p.Encoded = nil
	if p.Method == store.Delete {
		return nil
	}
	c := s.catalogue.Load()
	t := c.types[p.Key.Type]
	if t == 0 {
		return nil
	}
	made, err := newDraft(c, &s.hash, t, p.Index)
	if err == nil {
		p.Encoded = &encoded{s, made}
	}
	return err
}
