package access

import (
	"slices"
	"time"

	"hearken/fhir"
)

// How long a contact is open when its dispatch system tells nothing more of it, how long at most, and how
// many there may be.
const (
	contactLife         = 4 * time.Hour
	contactMost         = 12 * time.Hour // a shift
	contactsAtOnce      = 8              // of one member of a crew: the casualties of one accident
	contactsAnHour      = 12
	dispatchesAnHour    = 600 // of one system: twice what the busiest ambulance service of the country does
	DetailDispatchLimit = "dispatch-limit"
)

// Contact opens the records of one patient to those who are sent to them.
type Contact struct {
	Patients     []fhir.ID // several for the records that several authors have of one person; none when there is none
	From, Until  time.Time // [From, Until)
	Ended        bool
	Organisation string       // of the dispatch system that told of it; "" for one that two administrators wrote
	System       []StaffEntry // that system, as staff lists have it now
}

// Open reports whether it has begun and not ended, of itself or before.
func (k *Contact) Open(now time.Time) bool {
	return !k.Ended && !now.Before(k.From) && now.Before(k.Until)
}

// Over reports whether its dispatch system can tell nothing more of it.
func (k *Contact) Over(now time.Time) bool { return k.Ended || !now.Before(k.From.Add(contactMost)) }

// Spent reports whether it opens nothing and counts for nothing any more.
func (k *Contact) Spent(now time.Time) bool { return !k.Open(now) && now.Sub(k.From) >= time.Hour }

// Renewed is until when it is open once it was told of at a moment.
func (k *Contact) Renewed(now time.Time) time.Time {
	until := now.Add(contactLife)
	if most := k.From.Add(contactMost); most.Before(until) {
		return most
	}
	return until
}

// InContact reports whether a contact that names the caller opens its records to them, under these
// agreements. One that a dispatch system told of does as long as the system could tell of it now, and to
// those who work for its organisation.
func (c *Caller) InContact(k *Contact, agreements []Agreement) bool {
	if !k.Open(c.Now) {
		return false
	}
	return k.Organisation == "" || k.Organisation == c.Organisation && slices.ContainsFunc(k.System, func(e StaffEntry) bool {
		system := Caller{Now: c.Now}
		system.Work(e, agreements)
		return system.Organisation == k.Organisation && system.MayDispatch() == nil
	})
}

// MayDispatch reports whether the caller is a system that sends crews of its organisation to people:
// registered as one, under an agreement for that. The error is CodeForbidden.
func (c *Caller) MayDispatch() error {
	if c.Role == Dispatch && c.Organisation != "" && c.standing() == InForce && c.Purpose != OtherUse {
		return nil
	}
	return fhir.Errorf(fhir.CodeForbidden, "crews are sent by the dispatch systems of organisations whose agreement says so").Detailed(DetailForbidden)
}

// MaySend reports whether somebody on a staff list may be one of a crew that the caller sends: of its own
// organisation, and in force.
func (c *Caller) MaySend(e *StaffEntry) bool {
	return e.Organisation == c.Organisation && e.Standing(c.Now) == InForce && (e.Role == Clinical || e.Role == UrgentNonClinical)
}

// MaySendAgain reports whether somebody may be sent to another person, beside the contacts that name them.
// The error is CodeThrottled.
func (c *Caller) MaySendAgain(contacts []Contact) error {
	open, hour := 0, 0
	for i := range contacts {
		if contacts[i].Open(c.Now) {
			open++
		}
		if c.Now.Sub(contacts[i].From) < time.Hour {
			hour++
		}
	}
	if open < contactsAtOnce && hour < contactsAnHour {
		return nil
	}
	return fhir.Errorf(fhir.CodeThrottled, "one of the crew has %d contacts open and was sent to %d people within the hour, as many as one may be", open, hour).Detailed(DetailDispatchLimit)
}

// MayDispatchAgain reports whether another crew is within bounds, after those that were sent at the times
// given. The error is CodeThrottled.
func (c *Caller) MayDispatchAgain(sent []time.Time) error {
	hour := 0
	for _, at := range sent {
		if c.Now.Sub(at) < time.Hour {
			hour++
		}
	}
	if hour < dispatchesAnHour {
		return nil
	}
	return fhir.Errorf(fhir.CodeThrottled, "this system has sent %d crews within the hour, as many as one may", hour).Detailed(DetailDispatchLimit)
}
