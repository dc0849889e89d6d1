package opinion_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/fhir/go/fhirversion"
	"github.com/google/fhir/go/jsonformat"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
)

// TestGoogle holds what is no invariant (what stands where, how often, in which form, which codes, references
// to which types) against google/fhir's strict unmarshaller, which knows all of that and no invariants.
func TestGoogle(t *testing.T) {
	google, err := jsonformat.NewUnmarshaller("UTC", fhirversion.R4)
	if err != nil {
		t.Fatal(err)
	}
	validator := validation.New(r4.Definitions())
	var found classes
	eachSample(t, 16, func(s sample) {
		_, err := google.Unmarshal(s.source)
		found.add(s.name, structural(validator, s.source), googleFaults(err))
	})
	found.explained(t, "google.tsv")
	if found.judged < 7_000 || found.refused[3] < 3_000 {
		t.Errorf("%d judged, %d refused by both: too few to tell anything", found.judged, found.refused[3])
	}
}

// structural are the faults of a resource that are no broken invariants.
func structural(validator *validation.Validator, source []byte) []string {
	tree, outcome := element.Parse(r4.Definitions(), source, element.Limits{})
	if tree != nil {
		outcome = append(outcome, validator.Validate(tree)...)
	}
	var faults []string
	for _, issue := range outcome {
		if (fhir.Outcome{issue}).Failed() && !strings.HasPrefix(issue.Detail, "constraint-") {
			faults = append(faults, classed(issue))
		}
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

var lastName = regexp.MustCompile(`[^.\[\]]*(\[\d+\])?$`)

// classed is an issue's detail and where that tells more of the reason: the name that is not known, and
// whether it is in a contained resource.
func classed(issue fhir.Issue) string {
	class, place := issue.Detail, strings.Join(issue.Expression, "")
	if issue.Detail == element.DetailUnknownElement {
		switch name := lastName.FindString(place); {
		case name == "_id", name == "_url":
			class += " " + name
		case name != "" && name[0] >= 'A' && name[0] <= 'Z':
			class += " capital"
		}
	}
	if strings.Contains(place, ".contained[") {
		class += ", contained"
	}
	return class
}

var (
	googlePlace = regexp.MustCompile(`^error at "([^"]*)": `)
	indexes     = regexp.MustCompile(`\[\d+\]`)
	quoted      = regexp.MustCompile(`"[^"]*"`)
)

// googleFaults are the lines of an error of google/fhir without places and values, but for references: what
// they may be to is a matter of the place.
func googleFaults(err error) []string {
	if err == nil {
		return nil
	}
	var faults []string
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimSpace(line)
		what := quoted.ReplaceAllString(googlePlace.ReplaceAllString(line, ""), "…")
		if place := googlePlace.FindStringSubmatch(line); strings.HasPrefix(what, "invalid reference to") && place != nil {
			what, _, _ = strings.Cut(what, ", want")
			what += " at " + indexes.ReplaceAllString(place[1], "")
		}
		faults = append(faults, what)
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}
