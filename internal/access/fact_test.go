package access

import (
	"testing"
	"time"
)

func TestFact_Widens(t *testing.T) {
	now := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	year := func(n int) time.Time { return time.Date(n, 1, 1, 0, 0, 0, 0, time.UTC) }
	agreement := Fact{Of: "A", What: []string{"clinical", "TREAT"}, From: year(2023), Until: year(2030), Lapses: true}
	entry := Fact{Of: "A", Who: []string{"i|ann"}, What: []string{"clinical"}, From: year(2023), Trained: year(2025), Lapses: true}
	grant := Fact{Of: "p", Who: []string{"i|ann"}, What: []string{"break-glass"}, Until: now.Add(time.Hour)}
	proxy := Fact{Of: "p", What: []string{"proxy"}}
	organisation := Fact{Of: "Organization", What: []string{"A"}}
	barred := Fact{Of: "Organization", What: []string{"A"}, Bars: []string{"A"}}
	with := func(f Fact, change func(*Fact)) Fact { change(&f); return f }
	for _, row := range []struct {
		name          string
		before, after Fact
		want          bool
	}{
		{"a new agreement", Fact{}, agreement, true},
		{"one that has ended, which leaves emergency access", Fact{}, with(agreement, func(f *Fact) { f.Ended = true }), true},
		{"one for nobody", Fact{}, with(agreement, func(f *Fact) { f.What = nil }), false},
		{"one of no organisation", Fact{}, with(agreement, func(f *Fact) { f.Of = "" }), false},
		{"the same again", agreement, agreement, false},
		{"ended", agreement, with(agreement, func(f *Fact) { f.Ended = true }), false},
		{"in force again", with(agreement, func(f *Fact) { f.Ended = true }), agreement, true},
		{"longer", agreement, with(agreement, func(f *Fact) { f.Until = year(2031) }), true},
		{"without end", agreement, with(agreement, func(f *Fact) { f.Until = time.Time{} }), true},
		{"shorter", agreement, with(agreement, func(f *Fact) { f.Until = year(2025) }), false},
		{"shorter than without end", with(agreement, func(f *Fact) { f.Until = time.Time{} }), agreement, false},
		{"longer and ended", agreement, with(agreement, func(f *Fact) { f.Until, f.Ended = year(2031), true }), false},
		{"from before", agreement, with(agreement, func(f *Fact) { f.From = year(2020) }), false},
		{"from now on instead of later", with(agreement, func(f *Fact) { f.From = year(2025) }), agreement, true},
		{"from the beginning instead of later", with(agreement, func(f *Fact) { f.From = year(2025) }), with(agreement, func(f *Fact) { f.From = time.Time{} }), true},
		{"as late as it was", with(agreement, func(f *Fact) { f.From = year(2025) }), with(agreement, func(f *Fact) { f.From = year(2025) }), false},
		{"later than now", agreement, with(agreement, func(f *Fact) { f.From = year(2025) }), false},
		{"another role", agreement, with(agreement, func(f *Fact) { f.What = []string{"clinical", "TREAT", "care-home"} }), true},
		{"a role fewer", with(agreement, func(f *Fact) { f.What = []string{"clinical", "TREAT", "care-home"} }), agreement, false},
		{"of another organisation", agreement, with(agreement, func(f *Fact) { f.Of = "B" }), true},
		{"a new entry", Fact{}, entry, true},
		{"another person", entry, with(entry, func(f *Fact) { f.Who = []string{"i|bob"} }), true},
		{"a second login", entry, with(entry, func(f *Fact) { f.Who = []string{"i|ann", "j|ann"} }), true},
		{"a login fewer", with(entry, func(f *Fact) { f.Who = []string{"i|ann", "j|ann"} }), entry, false},
		{"trained again", entry, with(entry, func(f *Fact) { f.Trained = year(2026) }), true},
		{"trained for less", entry, with(entry, func(f *Fact) { f.Trained = time.Time{} }), false},
		{"trained again, and off the list", entry, with(entry, func(f *Fact) { f.Trained, f.Ended = year(2026), true }), false},
		{"a new grant", Fact{}, grant, true},
		{"one that is over", Fact{}, with(grant, func(f *Fact) { f.Until = now }), false},
		{"of another patient", grant, with(grant, func(f *Fact) { f.Of = "q" }), true},
		{"a longer grant", grant, with(grant, func(f *Fact) { f.Until = now.Add(2 * time.Hour) }), true},
		{"one that runs out", grant, with(grant, func(f *Fact) { f.Until = now }), false},
		{"an organisation that is not active", organisation, barred, false},
		{"one that is active again", barred, organisation, true},
		{"still not", barred, barred, false},
		{"without its code", barred, with(barred, func(f *Fact) { f.What, f.Bars = nil, nil }), true},
		{"with another", barred, with(barred, func(f *Fact) { f.What, f.Bars = []string{"B"}, []string{"B"} }), true},
		{"with fewer, and not active", with(barred, func(f *Fact) { f.What, f.Bars = []string{"A", "B"}, []string{"A", "B"} }), barred, true},
		{"who acts for somebody", Fact{}, proxy, true},
		{"no longer", proxy, with(proxy, func(f *Fact) { f.Ended = true }), false},
		{"for somebody else", proxy, with(proxy, func(f *Fact) { f.Of = "q" }), true},
		{"for somebody else, no longer", proxy, with(proxy, func(f *Fact) { f.Of, f.Ended = "q", true }), false},
	} {
		if got := row.after.Widens(&row.before, now); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}

func TestFact_InForce(t *testing.T) {
	now := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		fact Fact
		want bool
	}{
		{Fact{}, true}, {Fact{Ended: true}, false}, {Fact{From: now}, true}, {Fact{From: now.Add(1)}, false}, {Fact{Until: now}, false}, {Fact{Until: now.Add(1)}, true},
	} {
		if got := row.fact.InForce(now); got != row.want {
			t.Errorf("%+v: %v, want %v", row.fact, got, row.want)
		}
	}
}
