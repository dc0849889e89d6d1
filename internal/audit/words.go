package audit

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"hearken/fhir"
)

// Words say, for the person whose record it is, what an act was. They name no one, and nothing of anybody else.
type Words struct {
	What string // "looked at: care plan, consent (2)"
	Role string // "nurse"
	Why  string // "treatment in an emergency"
	End  string // "done", "refused" or "failed"
}

// Words puts a Record into plain words for a patient whom it concerns.
func (r *Record) Words() Words {
	w := Words{What: r.what(), Role: wordOf(roles, lastPart(r.Agent.Role)), Why: wordOf(purposes, r.Agent.Purpose), End: ends[r.Outcome]}
	switch {
	case w.Role == "" && r.Agent.User:
		w.Role = "somebody who logged in"
	case w.Role == "" && r.Agent.IsZero():
		w.Role = "somebody without a login"
	case w.Role == "":
		w.Role = "a computer system"
	}
	if r.Ground.Emergency {
		if w.Why = purposes["BTG"]; r.Ground.Reason != "" {
			w.Why = "emergency access: " + strings.ReplaceAll(r.Ground.Reason, "-", " ")
		}
	}
	if w.Why == "" {
		w.Why = "no purpose was given"
	}
	return w
}

var ends = map[Outcome]string{Success: "done", Denied: "refused", Failed: "failed", Faulty: "failed"}

// triedEnds is how an attempt ended.
var triedEnds = map[Outcome]string{Denied: ", and was not allowed", Failed: ", and could not", Faulty: ", and could not"}

// roles are job roles of the NHS, and those of staff lists, as people say them.
var roles = map[string]string{
	"R8000": "clinician", "R8001": "nurse", "R8003": "health professional", "R8004": "student", "R8015": "systems support",
	"R0001": "privacy officer", "R5105": "Caldicott Guardian",
	"clinical": "clinician", "urgent-non-clinical": "adviser in urgent care", "care-home": "staff of a care home", "patient": "the person themself",
	"proxy": "somebody who acts for the person", "privacy-officer": "privacy officer", "system": "a computer system", "administrator": "administrator", "dispatch": "a computer system that sends crews",
}

// purposes are codes of http://terminology.hl7.org/CodeSystem/v3-ActReason.
var purposes = map[string]string{
	"TREAT": "treatment", "ETREAT": "treatment in an emergency", "BTG": "emergency access, which has to be justified afterwards",
	"CAREMGT": "planning of care", "PATRQT": "the person asked for it", "HOPERAT": "running the service", "HSYSADMIN": "running the computer system",
}

// steps are what is said of operations by which two people decide that more people see a record.
var steps = map[string]string{
	"confirm-sharing":  "agreed that more people may see the record",
	"decline-sharing":  "declined that more people may see the record",
	"lift-restriction": "asked that more people may see the record",
	"expire-sharing":   "ended the waiting for a second person to agree that more people may see the record",
}

// crews are what is said of a dispatch, by the reason of its Record.
var crews = map[string]string{
	"dispatched":       "sent a crew to the person, who may see the record until they are no longer sent",
	"dispatch-renewed": "told again of the crew that was sent to the person, who may see the record until they are no longer sent",
	"dispatch-ended":   "told that the crew is no longer sent to the person: they may see the record no longer by that",
}

func wordOf(words map[string]string, code string) string {
	if word := words[code]; word != "" || code == "" {
		return word
	}
	return "code " + code
}

func lastPart(code string) string { return code[strings.LastIndexByte(code, ':')+1:] }

// what says what was done. What concerned several people is not counted: those numbers are of all of them.
func (r *Record) what() string {
	verb := map[Action]string{Create: "added", Read: "looked at", Update: "changed", Delete: "removed"}[r.Action]
	switch {
	case r.Operation == "access-log" || r.Outcome == Success && r.Target.Type == "AuditEvent" && !r.wrote():
		return "looked at who had looked at the record"
	case r.Operation == "reveal-key-safe":
		return "asked how to get in at the person's home"
	case r.Operation == "dispatch" && r.Outcome == Success:
		return crews[r.Ground.Reason]
	case r.Operation == "dispatch":
		return "tried to send a crew to the person" + triedEnds[r.Outcome]
	case r.Outcome == Success && steps[r.Operation] != "":
		return steps[r.Operation]
	case r.Outcome != Success:
		attempt := map[Action]string{Create: "to add something", Read: "to look", Update: "to change something", Delete: "to remove something", Execute: "to search, or to send changes"}
		return "tried " + attempt[r.Action] + triedEnds[r.Outcome]
	case r.Outcome == Success && r.told():
		return "told what was done with the record in another system"
	case len(r.Patients) > 1:
		return "saw or changed the records of several people, this one among them"
	case len(r.Versions) == 0:
		return "searched, and saw nothing"
	case verb != "":
		return verb + ": " + listOf(r.Versions, func(Version) bool { return true })
	}
	var parts []string
	if seen := listOf(r.Versions, func(v Version) bool { return !v.Written }); seen != "" {
		parts = append(parts, "looked at: "+seen)
	}
	if written := listOf(r.Versions, func(v Version) bool { return v.Written }); written != "" {
		parts = append(parts, "added, changed or removed: "+written)
	}
	return strings.Join(parts, "; ")
}

// listOf counts versions by type: "care plan, consent (2)".
func listOf(versions []Version, of func(Version) bool) string {
	counts := map[string]int{}
	for _, v := range versions {
		if of(v) {
			counts[plain(v.Type)]++
		}
	}
	var all []string
	for word, n := range counts {
		if n > 1 {
			word = fmt.Sprintf("%s (%d)", word, n)
		}
		all = append(all, word)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// plain is the name of a type as words: "CarePlan" is "care plan".
func plain(t fhir.Type) string {
	var out strings.Builder
	for i, c := range string(t) {
		if i > 0 && unicode.IsUpper(c) {
			out.WriteByte(' ')
		}
		out.WriteRune(unicode.ToLower(c))
	}
	return out.String()
}

// told reports whether all that was done was to send AuditEvents.
func (r *Record) told() bool {
	return len(r.Versions) > 0 && !slices.ContainsFunc(r.Versions, func(v Version) bool { return !v.Written || v.Type != "AuditEvent" })
}

func (r *Record) wrote() bool {
	return slices.ContainsFunc(r.Versions, func(v Version) bool { return v.Written })
}
