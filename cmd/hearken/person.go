package main

import (
	"encoding/json"
	"errors"
	"strings"

	"hearken/internal/careplan"
)

// person is whom a sample plan is about.
type person struct {
	name      string
	nhsNumber string // "" when there is none
	plan      string // the file's name without .json
}

var errNoPatient = errors.New("no Patient in the Bundle")

// personIn finds the first Patient of a Bundle.
func personIn(bundle []byte) (person, error) {
	var b struct {
		Entry []struct {
			Resource struct {
				ResourceType string
				Name         json.RawMessage // lists in a Patient, something else elsewhere
				Identifier   json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(bundle, &b); err != nil {
		return person{}, err
	}
	for _, e := range b.Entry {
		if e.Resource.ResourceType == "Patient" {
			return readPerson(e.Resource.Name, e.Resource.Identifier)
		}
	}
	return person{}, errNoPatient
}

func readPerson(nameJSON, identifierJSON json.RawMessage) (person, error) {
	var names []struct {
		Text, Family  string
		Prefix, Given []string
	}
	var identifiers []struct{ System, Value string }
	if err := errors.Join(unmarshal(nameJSON, &names), unmarshal(identifierJSON, &identifiers)); err != nil {
		return person{}, err
	}
	var p person
	if len(names) > 0 {
		n := names[0]
		p.name = strings.Join(append(append(n.Prefix, n.Given...), n.Family), " ")
	}
	for _, id := range identifiers {
		if id.System == careplan.NHSNumberSystem {
			p.nhsNumber = id.Value
		}
	}
	return p, nil
}

func unmarshal(text json.RawMessage, into any) error {
	if text == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}
