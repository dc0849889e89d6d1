package app_test

import (
	"sync/atomic"
	"testing"
	"time"

	"hearken/internal/app"
)

// A clock that is set back, as at the end of summer time on a badly kept machine, does not make a change look older
// than what it changed.
func TestClock_SetBack(t *testing.T) {
	var offset atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
	s := startWith(t, nil, app.Deps{Now: now})
	var last time.Time
	for i, shift := range []time.Duration{0, -time.Hour, -24 * time.Hour, 0, time.Minute, -time.Minute} {
		offset.Store(int64(shift))
		want := 200
		if i == 0 {
			want = 201
		}
		r := s.must(want, "PUT /Patient/p", patientP)
		at, err := time.Parse(time.RFC3339, text(value(t, r.body), "meta", "lastUpdated"))
		if err != nil || at.Before(last) {
			t.Errorf("version %d with the clock at %v: lastUpdated %v (%v), want none before %v", i+1, shift, at, err, last)
		}
		last = at
	}
	b := s.search("/Patient/p/_history")
	for i, e := range b.Entry {
		if want := [...]string{"6", "5", "4", "3", "2", "1"}[i]; text(value(t, e.Resource), "meta", "versionId") != want {
			t.Errorf("history entry %d is not version %s", i, want)
		}
	}
}
