package terminology

// The outcomes of https://hl7.org/fhir/R4/valueset-concept-subsumption-outcome.html.
const (
	Equivalent  = "equivalent"
	SubsumesIt  = "subsumes"
	SubsumedBy  = "subsumed-by"
	NotSubsumed = "not-subsumed"
)

// Subsumes says how code a relates to code b (https://hl7.org/fhir/R4/codesystem-operation-subsumes.html):
// one of Equivalent, SubsumesIt, SubsumedBy and NotSubsumed. The Verdict is In when the system has both
// codes. In a hierarchy that is said to mean something else than is-a, nothing subsumes another.
func (s System) Subsumes(a, b string) (outcome string, verdict Verdict) {
	for _, code := range []string{a, b} {
		if verdict := s.Validate(code); verdict.Answer != In {
			return "", verdict
		}
	}
	if s.rows == nil {
		if a == b {
			return Equivalent, in
		}
		return "", unknown(Unlisted, s.url)
	}
	first, _ := s.rows.find(a)
	second, _ := s.rows.find(b)
	switch {
	case first == second:
		return Equivalent, in
	case s.rows.HierarchyMeaning != "" && s.rows.HierarchyMeaning != "is-a":
		return NotSubsumed, in
	}
	h := s.rows.hierarchy()
	above, below := h.isAbove(first, second), h.isAbove(second, first)
	switch {
	case above && below: // a circle
		return Equivalent, in
	case above:
		return SubsumesIt, in
	case below:
		return SubsumedBy, in
	}
	return NotSubsumed, in
}
