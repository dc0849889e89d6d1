package token

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"hearken/internal/smart"
)

// keySet is the published keys of one issuer (RFC 7517).
type keySet struct {
	remote  remote[[]key]
	now     func() time.Time
	budget  budget
	mu      sync.Mutex
	unknown map[string]time.Time // kids that a fresh set did not have, and until when they need not be looked for
}

const (
	maxKeys       = 64
	maxUnknown    = 1024
	unknownFor    = 30 * time.Second
	unknownBurst  = 5                // fetches for unknown kids at once, so that keys can change at any time
	unknownRefill = 10 * time.Second // and one more after each such time, whatever is asked for
)

var errNoKeys = errors.New("token: the issuer's key set has no key that can be used")

// readKeys reads a key set: the public keys for signatures that it has. What else it has is passed over.
func readKeys(c smart.Claims) ([]key, error) {
	list, _ := c["keys"].([]any)
	var keys []key
	for _, one := range list[:min(len(list), maxKeys)] {
		object, _ := one.(map[string]any)
		if k, ok := parseJWK(object); ok {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, errNoKeys
	}
	return keys, nil
}

// find is the key that must have signed a token. The error is unknown-key when the issuer does not publish
// it, and not-checked when its keys cannot be had now.
func (s *keySet) find(ctx context.Context, kid, algorithm string) (key, error) {
	keys, err := s.remote.current(ctx)
	if err != nil {
		return key{}, notChecked(err)
	}
	if k, ok := choose(keys, kid, algorithm); ok {
		return k, nil
	}
	return s.search(ctx, kid, algorithm)
}

// search looks for a kid that the known keys lack in a set fetched for it, within the budget.
func (s *keySet) search(ctx context.Context, kid, algorithm string) (key, error) {
	name := algorithm + " " + kid
	if s.isUnknown(name) {
		return key{}, smart.Refused(smart.KeyUnknown)
	}
	if now := s.now(); !s.remote.backoff.may(now) || !s.budget.take(now) {
		return key{}, notChecked(errBackingOff)
	}
	keys, err := s.remote.fresh(ctx)
	if err != nil {
		return key{}, notChecked(err)
	}
	if k, ok := choose(keys, kid, algorithm); ok {
		return k, nil
	}
	s.remember(name)
	return key{}, smart.Refused(smart.KeyUnknown)
}

func (s *keySet) isUnknown(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now().Before(s.unknown[name])
}

func (s *keySet) remember(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unknown == nil || len(s.unknown) >= maxUnknown {
		s.unknown = map[string]time.Time{}
	}
	s.unknown[name] = s.now().Add(unknownFor)
}

// choose is the key with the kid that fits the algorithm. There must be one alone, which is the rule for a
// token without kid too; the same key published twice is one.
func choose(keys []key, kid, algorithm string) (found key, ok bool) {
	for _, k := range keys {
		if kid != "" && k.id != kid || !k.fits(algorithm) || ok && k.thumbprint == found.thumbprint {
			continue
		}
		if ok {
			return key{}, false
		}
		found, ok = k, true
	}
	return found, ok
}

// lost reports whether a key that was there is there no more.
func lost(before, after []key) bool {
	return slices.ContainsFunc(before, func(old key) bool {
		return !slices.ContainsFunc(after, func(k key) bool { return k.thumbprint == old.thumbprint && k.id == old.id })
	})
}

// budget lets a burst pass, and then one for each time that goes by.
type budget struct {
	mu   sync.Mutex
	used int
	last time.Time
}

func (b *budget) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if gone := int(now.Sub(b.last) / unknownRefill); gone > 0 {
		b.used = max(0, b.used-gone)
		b.last = now
	}
	if b.used >= unknownBurst {
		return false
	}
	b.used++
	return true
}

func notChecked(cause error) error {
	e := smart.Refused(smart.NotChecked)
	e.Err = cause
	return e
}
