package devlogin

import "time"

// shelf keeps things by name for a while, and no more than so many of them.
type shelf[T any] struct {
	things map[string]kept[T]
}

type kept[T any] struct {
	thing T
	until time.Time
}

// maxKept bounds each shelf.
const maxKept = 10_000

// put keeps a thing. ok is false when the shelf is full of what is still good.
func (s *shelf[T]) put(name string, thing T, now time.Time, life time.Duration) (ok bool) {
	if s.things == nil {
		s.things = map[string]kept[T]{}
	}
	if len(s.things) >= maxKept {
		for other, one := range s.things {
			if !now.Before(one.until) {
				delete(s.things, other)
			}
		}
	}
	if len(s.things) >= maxKept {
		return false
	}
	s.things[name] = kept[T]{thing, now.Add(life)}
	return true
}

// get gives a thing that is still good.
func (s *shelf[T]) get(name string, now time.Time) (thing T, ok bool) {
	one, found := s.things[name]
	if !found || !now.Before(one.until) {
		return thing, false
	}
	return one.thing, true
}

// take is get for what can be had once.
func (s *shelf[T]) take(name string, now time.Time) (thing T, ok bool) {
	thing, ok = s.get(name, now)
	delete(s.things, name)
	return thing, ok
}
