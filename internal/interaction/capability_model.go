package interaction

import (
	"encoding/json"
	"strings"
)

// The parts of a CapabilityStatement that this server fills in, in the order of
// https://hl7.org/fhir/R4/capabilitystatement.html.

type capabilityStatement struct {
	ResourceType        string                   `json:"resourceType"`
	URL                 string                   `json:"url"`
	Name                string                   `json:"name"`
	Status              string                   `json:"status"`
	Date                string                   `json:"date"`
	Kind                string                   `json:"kind"`
	Software            capabilitySoftware       `json:"software"`
	Implementation      capabilityImplementation `json:"implementation"`
	FHIRVersion         string                   `json:"fhirVersion"`
	Format              []string                 `json:"format"`
	ImplementationGuide []string                 `json:"implementationGuide,omitempty"`
	Rest                []capabilityRest         `json:"rest"`
}

type capabilitySoftware struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

type capabilityImplementation struct {
	Description string `json:"description"`
	URL         string `json:"url"`
}

type capabilityRest struct {
	Mode          string                `json:"mode"`
	Documentation string                `json:"documentation"`
	Security      json.RawMessage       `json:"security,omitempty"` // a smart.Security
	Resource      []capabilityResource  `json:"resource"`
	Interaction   []capabilityCode      `json:"interaction"`
	Operation     []capabilityOperation `json:"operation,omitempty"`
	Compartment   []string              `json:"compartment"`
}

type capabilityResource struct {
	Type              string                `json:"type"`
	Profile           string                `json:"profile,omitempty"`
	SupportedProfile  []string              `json:"supportedProfile,omitempty"`
	Documentation     string                `json:"documentation,omitempty"`
	Interaction       []capabilityCode      `json:"interaction"`
	Versioning        string                `json:"versioning"`
	ReadHistory       bool                  `json:"readHistory"`
	UpdateCreate      bool                  `json:"updateCreate"`
	ConditionalCreate bool                  `json:"conditionalCreate"`
	ConditionalRead   string                `json:"conditionalRead"`
	ConditionalUpdate bool                  `json:"conditionalUpdate"`
	ConditionalDelete string                `json:"conditionalDelete"`
	ReferencePolicy   []string              `json:"referencePolicy"`
	SearchInclude     []string              `json:"searchInclude,omitempty"`
	SearchRevInclude  []string              `json:"searchRevInclude,omitempty"`
	SearchParam       []capabilityParameter `json:"searchParam"`
	Operation         []capabilityOperation `json:"operation,omitempty"`
}

type capabilityCode struct {
	Code string `json:"code"`
}

type capabilityParameter struct {
	Name       string `json:"name"`
	Definition string `json:"definition,omitempty"`
	Type       string `json:"type"`
}

type capabilityOperation struct {
	Name       string `json:"name"`
	Definition string `json:"definition"`
}

func compareParameters(a, b capabilityParameter) int { return strings.Compare(a.Name, b.Name) }

func compareOperations(a, b capabilityOperation) int { return strings.Compare(a.Name, b.Name) }
