package access

import (
	"slices"
	"time"

	"hearken/fhir"
)

// How many details of key safes one caller is told: enough for every house of a shift, and not enough to go
// through a list.
const (
	revealsAMinute = 6
	revealsAnHour  = 30
	DetailReveals  = "reveal-limit"
)

// MayReveal reports whether the caller is told how to get in at a patient's home: a member of staff of a
// dispatched crew, or of those who wrote the record, by their ODS codes. A broken glass, the practice alone,
// and software do not open it. The error is CodeForbidden.
func (c *Caller) MayReveal(patient fhir.ID, authors []string) error {
	if c.Role.professional() && c.standing() == InForce && c.Purpose != OtherUse && patient != "" &&
		(slices.Contains(c.Contacts, patient) || c.Organisation != "" && slices.Contains(authors, c.Organisation)) {
		return nil
	}
	return fhir.Errorf(fhir.CodeForbidden, "how to get in is told to dispatched crews and to those who wrote the record").Detailed(DetailForbidden)
}

// MayRevealAgain reports whether another detail is within bounds, after those told at the times given. The
// error is CodeThrottled.
func (c *Caller) MayRevealAgain(told []time.Time) error {
	minute, hour := 0, 0
	for _, at := range told {
		if c.Now.Sub(at) < time.Minute {
			minute++
		}
		if c.Now.Sub(at) < time.Hour {
			hour++
		}
	}
	if minute < revealsAMinute && hour < revealsAnHour {
		return nil
	}
	return fhir.Errorf(fhir.CodeThrottled, "this caller has been told as many details of key safes as are told in so short a time: ask again in a minute, or ask ambulance control").Detailed(DetailReveals)
}
