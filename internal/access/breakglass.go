package access

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"hearken/fhir"
)

// What breaking the glass takes and gives.
const (
	GrantLife     = 60 * time.Minute // how long a record is open
	GrantLogin    = 5 * time.Minute  // how recent the login must be
	grantsAnHour  = 5
	grantsADay    = 20
	DetailTooMany = "break-glass-limit"
)

// MayBreakGlass reports whether the caller is somebody who may ask for one person's record in an emergency: a
// clinician on a list, under an agreement, lapsed or not. The error is CodeForbidden, the same whoever is
// asked for.
func (c *Caller) MayBreakGlass() error {
	if c.Role == Clinical && c.Organisation != "" && c.standing() != Never && c.Purpose != OtherUse {
		return nil
	}
	return Forbidden.Err()
}

// MayBreakAgain reports whether another grant is within bounds, after those that began at the times given.
// The error is CodeThrottled.
func (c *Caller) MayBreakAgain(began []time.Time) error {
	hour, day := 0, 0
	for _, at := range began {
		if c.Now.Sub(at) < time.Hour {
			hour++
		}
		if c.Now.Sub(at) < 24*time.Hour {
			day++
		}
	}
	if hour < grantsAnHour && day < grantsADay {
		return nil
	}
	return fhir.Errorf(fhir.CodeThrottled, "this caller has asked for emergency access %d times within the hour and %d within the day, as often as is allowed", hour, day).
		Detailed(DetailTooMany)
}

// BrokeGlassFor finds the grant that runs for one of some patients; ok is false for none.
func (c *Caller) BrokeGlassFor(patients []fhir.ID) (g Grant, ok bool) {
	for _, g := range c.Grants {
		if c.Now.Before(g.Until) && slices.Contains(patients, g.Patient) {
			return g, true
		}
	}
	return Grant{}, false
}

// MayReview reports whether the caller looks into emergency access by somebody of an organisation: its
// privacy officer, but for the one who asked for it. The error is CodeForbidden.
func (c *Caller) MayReview(organisation string, own bool) error {
	if c.Role == PrivacyOfficer && c.standing() == InForce && c.Organisation != "" && c.Organisation == organisation && !own {
		return nil
	}
	return fhir.Errorf(fhir.CodeForbidden, "emergency access is looked into by a privacy officer of the organisation, and never by the one who asked for it").Detailed(DetailForbidden)
}

// Identity is what is known of who somebody is, to tell whether two people may be near to each other.
type Identity struct {
	NHSNumber string
	Families  []string
	FullNames []string // given and family names
	BirthDate string
	Addresses []string // line and postal code
}

// Alert is why a privacy officer should look at emergency access first.
type Alert string

// The alerts.
const (
	SameSurname Alert = "same-surname"
	SameAddress Alert = "same-address"
	Colleague   Alert = "colleague" // the patient has the name of somebody on the list of the caller's organisation
	Oneself     Alert = "oneself"
)

// Alerts compares a caller with the patient they ask for, and the patient with the names of the caller's
// colleagues. It says what may be: people share names.
func Alerts(caller, patient *Identity, colleagues []string) (alerts []Alert) {
	sameName := meet(caller.FullNames, patient.FullNames)
	if caller.NHSNumber != "" && caller.NHSNumber == patient.NHSNumber || sameName && caller.BirthDate != "" && caller.BirthDate == patient.BirthDate {
		alerts = append(alerts, Oneself)
	}
	if meet(caller.Families, patient.Families) {
		alerts = append(alerts, SameSurname)
	}
	if meet(caller.Addresses, patient.Addresses) {
		alerts = append(alerts, SameAddress)
	}
	if meet(colleagues, patient.FullNames) {
		alerts = append(alerts, Colleague)
	}
	return alerts
}

// meet reports whether two lists have something in common, as people write it: case, spaces and punctuation
// do not matter.
func meet(a, b []string) bool {
	for _, one := range a {
		if folded := fold(one); folded != "" && slices.ContainsFunc(b, func(other string) bool { return fold(other) == folded }) {
			return true
		}
	}
	return false
}

func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}
