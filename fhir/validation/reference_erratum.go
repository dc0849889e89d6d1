package validation

// targetErrata are the targets that a definition of R4 forbids and a published example of R4 uses, so that the
// specification says both. Senders learn from examples: such a reference is reported as a warning
// and everything else that a definition forbids as an error. A profile that narrows the targets is not touched.
var targetErrata = map[string]string{
	"DeviceUseStatement.reasonReference":          "Procedure",        // DeviceUseStatement/example
	"DeviceMetric.parent":                         "DeviceDefinition", // DeviceMetric/example
	"Observation.performer":                       "Encounter",        // Observation/clinical-gender
	"MedicationRequest.dispenseRequest.performer": "Practitioner",     // MedicationRequest/medrx0301
}

// excused reports whether the specification's own examples use a target its definition forbids.
func (t *targets) excused(name string) bool { return !t.strict && targetErrata[t.element.Path] == name }
