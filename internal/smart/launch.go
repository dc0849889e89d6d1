package smart

import "hearken/fhir"

const encounterType fhir.Type = "Encounter"

// launch reads the launch context
// (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token).
func (r *reading) launch() {
	c, m := &r.principal.Context, r.mapping
	c.Patient = r.contextID(m.Patient, patientType)
	c.Encounter = r.contextID(m.Encounter, encounterType)
	if text := r.text(m.FHIRUser); text != "" {
		c.FHIRUser = fhirKey(text, r.bases)
	}
	if v, at, ok := m.PatientBanner.of(r.claims); ok {
		if c.NeedPatientBanner, ok = v.(bool); !ok {
			r.fail(ClaimMissing, at)
		}
	}
	if v, at, ok := m.FHIRContext.of(r.claims); ok {
		if c.FHIRContext, ok = contextReferences(v); !ok {
			r.fail(ClaimMissing, at)
		}
	}
}

// contextID is the id of a resource in context, written as an id or as a reference to this server.
func (r *reading) contextID(paths Paths, t fhir.Type) fhir.ID {
	text := r.text(paths)
	if text == "" {
		return ""
	}
	if id := fhir.ID(text); id.Valid() {
		return id
	}
	key := fhirKey(text, r.bases)
	if key.Type != t {
		_, at, _ := paths.of(r.claims)
		r.fail(ClaimMissing, at)
		return ""
	}
	return key.ID
}

// contextReferences reads fhirContext: a list of objects. One without a literal reference, with only a
// canonical or an identifier, is left out.
func contextReferences(v any) (references []ContextReference, ok bool) {
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	for _, one := range list {
		object, ok := one.(map[string]any)
		if !ok {
			return nil, false
		}
		reference, referenceOK := Claims(object).Text("reference")
		role, roleOK := Claims(object).Text("role")
		if !referenceOK || !roleOK {
			return nil, false
		}
		if reference != "" {
			references = append(references, ContextReference{Reference: reference, Role: role})
		}
	}
	return references, true
}
