package devlogin

import (
	"strconv"
	"testing"
	"time"
)

// A shelf gives a thing until its time is up, what is taken once, and never holds more than so many.
func TestShelf(t *testing.T) {
	var s shelf[string]
	now := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	s.put("a", "x", now, time.Minute)
	if thing, ok := s.get("a", now.Add(time.Minute-1)); !ok || thing != "x" {
		t.Errorf("get within its time = %q, %v", thing, ok)
	}
	if _, ok := s.get("a", now.Add(time.Minute)); ok {
		t.Error("get gives what is too old")
	}
	if _, ok := s.take("a", now); !ok {
		t.Error("take gives nothing")
	}
	if _, ok := s.take("a", now); ok {
		t.Error("take gives the same thing twice")
	}
	for i := range maxKept {
		if !s.put(strconv.Itoa(i), "x", now, time.Minute) {
			t.Fatalf("no room for the %dth", i)
		}
	}
	if s.put("one more", "x", now, time.Minute) || len(s.things) != maxKept {
		t.Errorf("%d things on a full shelf", len(s.things))
	}
	if !s.put("one more", "x", now.Add(time.Minute), time.Minute) || len(s.things) != 1 {
		t.Errorf("%d things when those before are too old, want 1", len(s.things))
	}
}

// Every person of a staff list has an organisation, and each fact is written once whatever happens.
func TestFacts(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Facts("http://127.0.0.1:1/auth") {
		if f.IfNoneExist == "" || seen[f.Type+f.IfNoneExist] {
			t.Errorf("%s %s is not told from others", f.Type, f.IfNoneExist)
		}
		seen[f.Type+f.IfNoneExist] = true
	}
	for _, p := range People() {
		if (p.Role == "") != (p.Organisation == "") || p.Role == "" && p.Patient == "" && p.Subject != Administrator && p.Subject != SecondAdministrator {
			t.Errorf("%+v is on a list without an organisation, or on none", p)
		}
	}
}
