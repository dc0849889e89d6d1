package terminology

// Below lists a code and all codes of the system below it; Above one and all above it. The Verdict is In when
// the system has the code and its codes are known (https://hl7.org/fhir/R4/search.html#token, modifiers below
// and above).
func (s System) Below(code string) ([]string, Verdict) { return s.related(code, false) }

// Above is the other way round: see Below.
func (s System) Above(code string) ([]string, Verdict) { return s.related(code, true) }

func (s System) related(code string, above bool) ([]string, Verdict) {
	verdict := s.Validate(code)
	switch {
	case verdict.Answer != In:
		return nil, verdict
	case s.rows == nil:
		return nil, unknown(Unlisted, s.url)
	}
	i, _ := s.rows.find(code)
	edges := s.rows.hierarchy().children
	if above {
		edges = s.rows.hierarchy().parents
	}
	found := reach(i, edges)
	codes := []string{s.rows.Concepts[i].Code}
	for j := range int32(len(s.rows.Concepts)) {
		if found.has(j) {
			codes = append(codes, s.rows.Concepts[j].Code)
		}
	}
	return codes, in
}
