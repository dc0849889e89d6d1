package audit

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"hearken/fhir"
)

// Site is the server that records, as its AuditEvents name it.
type Site struct {
	Base               string // its service base URL
	OrganisationSystem string // the identifier system of Agent.Organisation
}

// Events renders an Entry as AuditEvents (https://hl7.org/fhir/R4/auditevent.html), by IHE's Basic Audit Log
// Patterns (https://profiles.ihe.net/ITI/BALP/): one for each patient, as those ask for, or one where there
// is none. Each names the profile it conforms to, if there is one for what was done. What must not be stored
// is told by its digest.
func Events(e *Entry, at Site) [][]byte {
	all := make([][]byte, EventCount(e))
	for i := range all {
		all[i] = Event(e, at, i)
	}
	return all
}

// EventCount is how many AuditEvents an Entry is rendered as.
func EventCount(e *Entry) int { return max(len(e.Patients), 1) }

// Event is the i-th AuditEvent of an Entry, counted from 0.
func Event(e *Entry, at Site, i int) []byte {
	patient := fhir.ID("")
	if len(e.Patients) > 0 {
		patient = e.Patients[i]
	}
	return eventOf(e, at, patient, EventID(e.Place, i, EventCount(e)))
}

// EventID names the AuditEvent of a place, the i-th of n.
func EventID(at Place, i, n int) fhir.ID {
	id := fmt.Sprintf("audit-%d-%d", at.Chain, at.Sequence)
	if n > 1 {
		id += "-" + strconv.Itoa(i+1)
	}
	return fhir.ID(id)
}

// ParseEventID reads what EventID wrote: the place, and which event of it. ok is false for any other id.
func ParseEventID(id fhir.ID) (at Place, i int, ok bool) {
	parts := strings.Split(string(id), "-")
	if len(parts) < 3 || len(parts) > 4 || parts[0] != "audit" {
		return Place{}, 0, false
	}
	chain, err := strconv.ParseUint(parts[1], 10, 32)
	sequence, err2 := strconv.ParseUint(parts[2], 10, 64)
	n := 1
	var err3 error
	if len(parts) == 4 {
		n, err3 = strconv.Atoi(parts[3])
	}
	if err != nil || err2 != nil || err3 != nil || n < 1 || chain == 0 || sequence == 0 {
		return Place{}, 0, false
	}
	return Place{Chain: uint32(chain), Sequence: sequence}, n - 1, true
}

func eventOf(e *Entry, at Site, patient fhir.ID, id fhir.ID) []byte {
	p := patternOf(&e.Record)
	out := event{
		ResourceType: "AuditEvent", ID: id, Type: p.sort, Subtype: p.detail, Action: string(rune(e.Action)),
		Recorded: fhir.FormatInstant(e.Time), Outcome: outcomes[e.Outcome], OutcomeDesc: e.Detail,
		Source: eventSource{Observer: at.reference(), Type: []eventCoding{applicationServer}},
	}
	if profile := p.profile(&e.Record, patient); profile != "" {
		out.Meta = &eventMeta{Profile: []string{profileBase + profile}}
	}
	if g := e.Ground; g.Emergency || g.Reason != "" {
		reason := eventConcept{Text: g.Reason}
		if g.Emergency {
			reason.Coding = []eventCoding{{System: actReason, Code: "BTG"}}
			if g.Reason != "" {
				reason.Coding = append(reason.Coding, eventCoding{System: breakGlassReasons, Code: g.Reason})
			}
		}
		out.PurposeOfEvent = []eventConcept{reason}
	}
	out.Agent = agentsOf(&e.Record, at, p)
	out.Entity = entitiesOf(e, p, patient)
	text, err := json.Marshal(&out)
	if err != nil {
		panic(err) // strings and booleans: cannot fail
	}
	return text
}

// outcomes are the codes of https://hl7.org/fhir/R4/valueset-audit-event-outcome.html.
var outcomes = map[Outcome]string{Success: "0", Denied: "4", Failed: "4", Faulty: "8"}

// The systems of what stands in an AuditEvent.
const (
	balp              = "https://profiles.ihe.net/ITI/BALP/"
	profileBase       = balp + "StructureDefinition/IHE.BasicAudit."
	balpEntityType    = balp + "CodeSystem/BasicAuditEntityType"
	dicom             = "http://dicom.nema.org/resources/ontology/DCM"
	restful           = "http://hl7.org/fhir/restful-interaction"
	eventType         = "http://terminology.hl7.org/CodeSystem/audit-event-type"
	entityType        = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
	objectRole        = "http://terminology.hl7.org/CodeSystem/object-role"
	participation     = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
	participantType   = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
	roleClass         = "http://terminology.hl7.org/CodeSystem/v3-RoleClass"
	breakGlassReasons = "https://hearken.example.org/fhir/CodeSystem/break-glass-reason"
	actReason         = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
	sourceType        = "http://terminology.hl7.org/CodeSystem/security-source-type"
	resourceTypes     = "http://hl7.org/fhir/resource-types"
)

var applicationServer = eventCoding{System: sourceType, Code: "4", Display: "Application Server"}

// pattern is how one sort of act is rendered.
type pattern struct {
	sort           eventCoding
	detail         []eventCoding
	name           string      // of the profile; "" for what has none
	client, server eventCoding // what these are in it: where data come from and go to
	user           eventCoding
	query          bool // there is an entity with the parameters, and none of type System Object besides
}

// The parts that agents have.
var (
	source      = eventCoding{System: dicom, Code: "110153", Display: "Source Role ID"}
	destination = eventCoding{System: dicom, Code: "110152", Display: "Destination Role ID"}
	application = eventCoding{System: dicom, Code: "110150", Display: "Application"}
	custodian   = eventCoding{System: participantType, Code: "custodian", Display: "Custodian"}
	recipient   = eventCoding{System: participation, Code: "IRCP", Display: "information recipient"}
	author      = eventCoding{System: participation, Code: "AUT", Display: "author (originator)"}
	provider    = eventCoding{System: roleClass, Code: "PROV", Display: "healthcare provider"}
)

var rest = eventCoding{System: eventType, Code: "rest", Display: "RESTful Operation"}

// patternOf chooses by what was done.
func patternOf(r *Record) pattern {
	p := pattern{sort: rest, detail: []eventCoding{{System: restful, Code: r.Interaction}}, client: source, server: destination, user: recipient}
	switch {
	case r.Interaction == InteractionLogin:
		p.sort = eventCoding{System: dicom, Code: "110114", Display: "User Authentication"}
		p.detail = []eventCoding{{System: dicom, Code: "110122", Display: "Login"}}
	case r.Interaction == InteractionPurge:
		p.sort, p.detail = eventCoding{System: dicom, Code: "110101", Display: "Audit Log Used"}, nil
	case strings.HasPrefix(r.Interaction, "search"):
		p.name, p.query = "Query", true
	case r.Action == Read:
		p.client, p.server = destination, source // data flow the other way
		p.name = "Read"
	case r.Action == Create:
		p.name, p.user = "Create", author
	case r.Action == Update:
		p.name, p.user = "Update", author
	case r.Action == Delete:
		p.name, p.user, p.client, p.server = "Delete", author, application, custodian
	}
	return p
}

// profile is the name of the profile that the rendering conforms to. They are about successes with one resource, or a
// query; whatever else happens follows them without naming them.
func (p *pattern) profile(r *Record, patient fhir.ID) string {
	if r.Outcome != Success || p.name == "" || r.Address == "" || !p.query && len(r.Versions) != 1 {
		return ""
	}
	if patient != "" {
		return "Patient" + p.name
	}
	return p.name
}

// Profiles are the canonicals of the profiles that renderings name, of everything that may be done.
func Profiles() (canonicals []string) {
	for _, patient := range []fhir.ID{"", "one"} {
		for _, r := range []Record{{Action: Create}, {Action: Read}, {Action: Update}, {Action: Delete}, {Interaction: "search", Action: Execute}} {
			r.Outcome, r.Address, r.Versions = Success, "known", make([]Version, 1)
			p := patternOf(&r)
			canonicals = append(canonicals, profileBase+p.profile(&r, patient))
		}
	}
	return canonicals
}

func (at Site) reference() eventReference {
	return eventReference{Identifier: &eventIdentifier{System: "urn:ietf:rfc:3986", Value: at.Base}}
}

// agentsOf lists who took part: the software, this server, the person and whom they acted for.
func agentsOf(r *Record, at Site, p pattern) []eventAgent {
	a := &r.Agent
	client := eventAgent{Type: concept(p.client), Requestor: !a.User, Who: eventReference{Display: "no login"}}
	if a.Client != "" || a.Subject != "" {
		name := a.Client
		if name == "" {
			name = a.Subject
		}
		client.Who = eventReference{Identifier: &eventIdentifier{System: a.Issuer, Value: name}}
	}
	if r.Address != "" {
		client.Network = &eventNetwork{Address: r.Address, Type: "2"}
	}
	agents := []eventAgent{client, {Type: concept(p.server), Who: at.reference(), Network: &eventNetwork{Address: at.Base, Type: "5"}}}
	if a.User {
		user := eventAgent{Type: concept(p.user), Requestor: true, Who: eventReference{Identifier: &eventIdentifier{System: a.Issuer, Value: a.Subject}}}
		if a.Role != "" {
			user.Role = []eventConcept{{Text: a.Role}}
		}
		if a.Purpose != "" {
			user.PurposeOfUse = []eventConcept{{Coding: []eventCoding{{System: actReason, Code: a.Purpose}}}}
		}
		agents = append(agents, user)
	}
	if a.Organisation != "" {
		agents = append(agents, eventAgent{Type: concept(provider),
			Who: eventReference{Identifier: &eventIdentifier{System: at.OrganisationSystem, Value: a.Organisation}}})
	}
	return agents
}

// entitiesOf lists what it was about: the request, the patient, what was asked, and the versions shown or written.
func entitiesOf(e *Entry, p pattern, patient fhir.ID) []eventEntity {
	var all []eventEntity
	if e.RequestID != "" {
		all = append(all, eventEntity{What: identified(e.RequestID), Type: &eventCoding{System: balpEntityType, Code: "XrequestId"}})
	}
	if e.Correlation != "" {
		all = append(all, eventEntity{What: identified(e.Correlation), Type: &eventCoding{System: entityType, Code: "4", Display: "Other"},
			Description: "the request of the Bundle that this was an entry of"})
	}
	if patient != "" {
		all = append(all, eventEntity{What: &eventReference{Reference: "Patient/" + string(patient)},
			Type: &eventCoding{System: entityType, Code: "1", Display: "Person"}, Role: &eventCoding{System: objectRole, Code: "1", Display: "Patient"}})
	}
	if p.query || e.Query != "" {
		all = append(all, eventEntity{Type: systemObject, Role: &eventCoding{System: objectRole, Code: "24", Display: "Query"},
			Query: base64.StdEncoding.EncodeToString([]byte(e.Asked()))})
	}
	single := p.name != "" && !p.query && e.Query == "" && len(e.Versions) == 1
	for i := range e.Versions {
		v := &e.Versions[i]
		entity := eventEntity{What: &eventReference{Reference: fmt.Sprintf("%s/_history/%d", v.Key, v.Version)},
			Type: &eventCoding{System: resourceTypes, Code: string(v.Type)}, Role: domainResource}
		if single {
			entity.Type = systemObject
		}
		all = append(all, entity)
	}
	if len(e.Versions) == 0 && e.Target.Type != "" && !p.query {
		all = append(all, eventEntity{What: &eventReference{Reference: strings.TrimSuffix(e.Target.String(), "/"), Type: string(e.Target.Type)}, Type: systemObject, Role: domainResource})
	}
	return all
}

var (
	systemObject   = &eventCoding{System: entityType, Code: "2", Display: "System Object"}
	domainResource = &eventCoding{System: objectRole, Code: "4", Display: "Domain Resource"}
)

// Asked is the URL of what was asked for, below the base. A value that must not be stored stands there as
// "salted:" and its digest.
func (r *Record) Asked() string {
	path := strings.TrimSuffix(r.Target.String(), "/")
	if r.Target.Type == "" {
		path = ""
	}
	query := r.Query
	for i := len(r.Sought); i > 0; i-- {
		query = strings.ReplaceAll(query, "{"+strconv.Itoa(i)+"}", "salted:"+hex.EncodeToString(r.Sought[i-1][:]))
	}
	if query == "" {
		return path
	}
	return path + "?" + query
}
