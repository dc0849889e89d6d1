package audit

import "hearken/fhir"

// The parts of an AuditEvent that are rendered, in the order of https://hl7.org/fhir/R4/auditevent.html.

type event struct {
	ResourceType   string         `json:"resourceType"`
	ID             fhir.ID        `json:"id"`
	Meta           *eventMeta     `json:"meta,omitempty"`
	Type           eventCoding    `json:"type"`
	Subtype        []eventCoding  `json:"subtype,omitempty"`
	Action         string         `json:"action,omitempty"`
	Recorded       string         `json:"recorded"`
	Outcome        string         `json:"outcome,omitempty"`
	OutcomeDesc    string         `json:"outcomeDesc,omitempty"`
	PurposeOfEvent []eventConcept `json:"purposeOfEvent,omitempty"`
	Agent          []eventAgent   `json:"agent"`
	Source         eventSource    `json:"source"`
	Entity         []eventEntity  `json:"entity,omitempty"`
}

type eventMeta struct {
	Profile []string `json:"profile"`
}

type eventCoding struct {
	System  string `json:"system,omitempty"`
	Code    string `json:"code,omitempty"`
	Display string `json:"display,omitempty"`
}

type eventConcept struct {
	Coding []eventCoding `json:"coding,omitempty"`
	Text   string        `json:"text,omitempty"`
}

func concept(c eventCoding) *eventConcept { return &eventConcept{Coding: []eventCoding{c}} }

type eventIdentifier struct {
	System string `json:"system,omitempty"`
	Value  string `json:"value"`
}

type eventReference struct {
	Reference  string           `json:"reference,omitempty"`
	Type       string           `json:"type,omitempty"`
	Identifier *eventIdentifier `json:"identifier,omitempty"`
	Display    string           `json:"display,omitempty"`
}

func identified(value string) *eventReference {
	return &eventReference{Identifier: &eventIdentifier{Value: value}}
}

type eventAgent struct {
	Type         *eventConcept  `json:"type,omitempty"`
	Role         []eventConcept `json:"role,omitempty"`
	Who          eventReference `json:"who"`
	Requestor    bool           `json:"requestor"`
	Network      *eventNetwork  `json:"network,omitempty"`
	PurposeOfUse []eventConcept `json:"purposeOfUse,omitempty"`
}

type eventNetwork struct {
	Address string `json:"address"`
	Type    string `json:"type"`
}

type eventSource struct {
	Observer eventReference `json:"observer"`
	Type     []eventCoding  `json:"type"`
}

type eventEntity struct {
	What        *eventReference `json:"what,omitempty"`
	Type        *eventCoding    `json:"type,omitempty"`
	Role        *eventCoding    `json:"role,omitempty"`
	Description string          `json:"description,omitempty"`
	Query       string          `json:"query,omitempty"`
}
