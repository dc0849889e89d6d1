package stafflist

import (
	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/access"
	"hearken/internal/careplan"
)

// RoleProfileSystem is the identifier system of a role that a person holds at an organisation (SDS).
const RoleProfileSystem = "https://fhir.nhs.uk/Id/sds-role-profile-id"

// Entry is one person on a list. They are named by issuer and subject, by role profile, or by both. Two are
// equal when they say the same.
type Entry struct {
	Issuer, Subject string
	RoleProfile     string
	Name            string // for people to read; it decides nothing
	Role            access.Role
	From, Until     string // dates, as written; "" is open
	Trained         string // the last day their training is in date; "" for not trained
}

// Organisation is whose list it is.
type Organisation struct {
	Key  fhir.Key
	Code string // ODS
}

// identities are what the person is found by.
func (e *Entry) identities() (all []string) {
	if e.Subject != "" {
		all = append(all, e.Issuer+"\n"+e.Subject)
	}
	if e.RoleProfile != "" {
		all = append(all, RoleProfileSystem+"\n"+e.RoleProfile)
	}
	return all
}

// Names reports whether the entry is about who a token names: by issuer and subject, or by the role profile they chose.
func (e *Entry) Names(issuer, subject, roleProfile string) bool {
	return e.Subject != "" && e.Issuer == issuer && e.Subject == subject || e.RoleProfile != "" && e.RoleProfile == roleProfile
}

// Resource is the entry as the PractitionerRole that is stored: a fact about who may see what
// (careplan.Times.StaffEntry reads it).
func (e *Entry) Resource(of Organisation, active bool) []byte {
	w := writer{append([]byte(nil), `{"resourceType":"PractitionerRole","meta":{"security":[{"system":"`+access.LabelSystem+`","code":"`+access.LabelFact+`"}]}`...)}
	if e.Trained != "" {
		w.raw(`,"extension":[{"url":"` + careplan.TrainedUntil + `","valueDate":`).text(e.Trained).raw(`}]`)
	}
	w.raw(`,"identifier":[`)
	if e.Subject != "" {
		w.raw(`{"system":`).text(e.Issuer).raw(`,"value":`).text(e.Subject).raw(`}`)
	}
	if e.RoleProfile != "" {
		if e.Subject != "" {
			w.raw(`,`)
		}
		w.raw(`{"system":"` + RoleProfileSystem + `","value":`).text(e.RoleProfile).raw(`}`)
	}
	w.raw(`],"active":`)
	if active {
		w.raw(`true`)
	} else {
		w.raw(`false`)
	}
	w.period(e.From, e.Until)
	if e.Name != "" {
		w.raw(`,"practitioner":{"display":`).text(e.Name).raw(`}`)
	}
	w.raw(`,"organization":{"reference":`).text(of.Key.String()).raw(`,"identifier":{"system":"` + careplan.ODSOrganisationSystem + `","value":`).text(of.Code)
	w.raw(`}},"code":[{"coding":[{"system":"` + careplan.RoleSystem + `","code":`).text(e.Role.String()).raw(`}]}]}`)
	return w.json
}

// Bundle is entries as a collection, which ReadBundle reads.
func Bundle(of Organisation, entries []Entry) []byte {
	out := append([]byte(nil), `{"resourceType":"Bundle","type":"collection","entry":[`...)
	for i := range entries {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, `{"resource":`...), entries[i].Resource(of, true)...), '}')
	}
	if len(entries) == 0 {
		return []byte(`{"resourceType":"Bundle","type":"collection"}`)
	}
	return append(out, `]}`...)
}

// writer appends JSON.
type writer struct{ json []byte }

func (w *writer) raw(text string) *writer {
	w.json = append(w.json, text...)
	return w
}

func (w *writer) text(value string) *writer {
	w.json = element.AppendString(w.json, value)
	return w
}

func (w *writer) period(from, until string) {
	if from == "" && until == "" {
		return
	}
	w.raw(`,"period":{`)
	if from != "" {
		w.raw(`"start":`).text(from)
	}
	if until != "" {
		if from != "" {
			w.raw(`,`)
		}
		w.raw(`"end":`).text(until)
	}
	w.raw(`}`)
}
