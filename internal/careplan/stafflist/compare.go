package stafflist

import (
	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/access"
)

// Stored is an entry as it is stored.
type Stored struct {
	Key    fhir.Key
	Entry  Entry
	Active bool // false for who left
}

// ReadStored reads a PractitionerRole that is an entry of a staff list.
func ReadStored(key fhir.Key, n element.Node) Stored {
	return Stored{Key: key, Entry: readRole(n), Active: n.Child("active").Text() != "false"}
}

// Change is one entry that a list changes.
type Change struct {
	Key    fhir.Key // of what is stored; zero for who was never there
	Before Entry    // zero for who was not active before
	After  Entry    // zero for who left
}

// Diff is what a list changes.
type Diff struct {
	Added, Changed, Removed []Change
	Unchanged               int
	Active                  int // entries that were active before
}

// Compare says what a list changes of what is stored. Who is on the list again gets the entry they had.
func Compare(stored []Stored, list []Entry) Diff {
	var d Diff
	at := map[string]int{}
	for i := range stored {
		if stored[i].Active {
			d.Active++
		}
		for _, identity := range stored[i].Entry.identities() {
			if j, ok := at[identity]; !ok || stored[i].Active && !stored[j].Active {
				at[identity] = i
			}
		}
	}
	taken := make([]bool, len(stored))
	for _, e := range list {
		i := find(at, taken, &e)
		switch {
		case i < 0:
			d.Added = append(d.Added, Change{After: e})
			continue
		case !stored[i].Active:
			d.Added = append(d.Added, Change{Key: stored[i].Key, After: e})
		case stored[i].Entry == e:
			d.Unchanged++
		default:
			d.Changed = append(d.Changed, Change{Key: stored[i].Key, Before: stored[i].Entry, After: e})
		}
		taken[i] = true
	}
	for i := range stored {
		if stored[i].Active && !taken[i] {
			d.Removed = append(d.Removed, Change{Key: stored[i].Key, Before: stored[i].Entry})
		}
	}
	return d
}

// find gives the stored entry of a person that no other entry of the list has taken; -1 for none.
func find(at map[string]int, taken []bool, e *Entry) int {
	for _, identity := range e.identities() {
		if i, ok := at[identity]; ok && !taken[i] {
			return i
		}
	}
	return -1
}

// Empty reports whether the list changes nothing.
func (d *Diff) Empty() bool { return len(d.Added)+len(d.Changed)+len(d.Removed) == 0 }

// RemovesMany reports whether more than a tenth of those active would lose access, and so many others
// besides: it may be a list that was cut off.
func (d *Diff) RemovesMany(besides int) bool { return 10*(len(d.Removed)+besides) > d.Active }

// Raises reports whether the list makes somebody an administrator or a privacy officer who is not one now.
func (d *Diff) Raises() bool {
	for _, list := range [][]Change{d.Added, d.Changed} {
		for _, c := range list {
			if (c.After.Role == access.Administrator || c.After.Role == access.PrivacyOfficer) && c.Before.Role != c.After.Role {
				return true
			}
		}
	}
	return false
}

// Touches reports whether the list adds or changes the entry of who a token names. Nobody does that for
// themselves; to stay as one is, or to leave, is no matter.
func (d *Diff) Touches(issuer, subject, roleProfile string) bool {
	for _, list := range [][]Change{d.Added, d.Changed} {
		for i := range list {
			if list[i].After.Names(issuer, subject, roleProfile) || list[i].Before.Names(issuer, subject, roleProfile) {
				return true
			}
		}
	}
	return false
}
