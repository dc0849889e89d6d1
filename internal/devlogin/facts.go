package devlogin

import (
	"encoding/json"

	"hearken/internal/access"
	"hearken/internal/careplan"
)

// Fact is a resource that lets sample people in, to be written by the administrator with If-None-Exist.
type Fact struct {
	Type        string
	IfNoneExist string
	Body        []byte
}

// object is JSON of a resource, and list a list in it.
type (
	object map[string]any
	list   []any
)

// factSystem names the agreements made here, so that they are written once.
const factSystem = "https://hearken.example.org/Id/dev-login"

// factLabel is what makes a fact of a resource.
var factLabel = object{"security": list{object{"system": access.LabelSystem, "code": access.LabelFact}}}

// Facts are the agreements of the sample people's organisations and their entries in the staff lists, for an
// issuer of this address.
func Facts(issuer string) (facts []Fact) {
	roles := map[string]list{}
	for _, p := range append(People(), Backends()...) {
		if p.Role != "" {
			roles[p.Organisation] = append(roles[p.Organisation], object{"system": careplan.RoleSystem, "code": p.Role})
			facts = append(facts, entry(issuer, p))
		}
	}
	for code, coded := range roles {
		facts = append(facts, agreement(code, coded))
	}
	return facts
}

// answersCalls are the organisations that may look for urgent care.
var answersCalls = map[string]bool{"Y90301": true, "Y90302": true}

func agreement(code string, coded list) Fact {
	purposes := []string{"TREAT", "HOPERAT"}
	if answersCalls[code] {
		purposes = append(purposes, "ETREAT")
	}
	for _, purpose := range purposes {
		coded = append(coded, object{"system": careplan.PurposeSystem, "code": purpose})
	}
	return fact("Contract", factSystem, code, object{
		"status": "executed", "applies": object{"start": "2020-01-01"}, "subType": list{object{"coding": coded}},
		"identifier": list{object{"system": factSystem, "value": code}, object{"system": careplan.ODSOrganisationSystem, "value": code}},
	})
}

func entry(issuer string, p Person) Fact {
	e := object{
		"active": true, "period": object{"start": "2020-01-01"}, "identifier": list{object{"system": issuer, "value": p.Subject}},
		"organization": object{"identifier": object{"system": careplan.ODSOrganisationSystem, "value": p.Organisation}},
		"code":         list{object{"coding": list{object{"system": careplan.RoleSystem, "code": p.Role}}}},
	}
	trained := "2099-12-31"
	if p.Untrained {
		trained = "2020-01-01"
	}
	e["extension"] = list{object{"url": careplan.TrainedUntil, "valueDate": trained}}
	return fact("PractitionerRole", issuer, p.Subject, e)
}

// ActsFor is the fact that a person acts for a patient, by id.
func ActsFor(issuer, subject, patient string) Fact {
	return fact("RelatedPerson", issuer, subject, object{
		"active": true, "patient": object{"reference": "Patient/" + patient}, "identifier": list{object{"system": issuer, "value": subject}},
	})
}

func fact(name, system, value string, body object) Fact {
	body["resourceType"], body["meta"] = name, factLabel
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // it holds only texts and lists
	}
	return Fact{Type: name, IfNoneExist: "identifier=" + system + "|" + value, Body: text}
}
