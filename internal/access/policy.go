package access

import (
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// policy says who may read resources of a type that are in no patient's compartment. A type that is not here is for the
// admin plane alone.
var policy = map[fhir.Type]query.Token{
	// Who and what a record speaks of. They hold no plan.
	"Organization": directory, "OrganizationAffiliation": directory, "Practitioner": directory, "PractitionerRole": directory,
	"Location": directory, "HealthcareService": directory, "Endpoint": directory, "CareTeam": directory,
	"Medication": directory, "MedicationKnowledge": directory, "Substance": directory, "DeviceDefinition": directory,

	// Definitions say what FHIR and our guide are.
	"StructureDefinition": public, "ValueSet": public, "CodeSystem": public, "ConceptMap": public, "NamingSystem": public,
	"SearchParameter": public, "OperationDefinition": public, "CompartmentDefinition": public, "CapabilityStatement": public,
	"ImplementationGuide": public, "StructureMap": public, "GraphDefinition": public, "MessageDefinition": public,
	"TerminologyCapabilities": public, "ExampleScenario": public, "Questionnaire": public, "Library": public,
	"PlanDefinition": public, "ActivityDefinition": public, "Measure": public,
}

func outside(t fhir.Type) []query.Token {
	if token, ok := policy[t]; ok {
		return []query.Token{token}
	}
	return []query.Token{admin}
}

// ConfirmWithin is how long a change that needs two people waits for the second: over a weekend, so that
// whoever knows of it is at work again, and not so long that somebody confirms what was right the week
// before.
const ConfirmWithin = 72 * time.Hour
