package validation_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/terminology"
	"hearken/fhir/validation"
	"hearken/fhir/validation/snapshot"
	"hearken/internal/fhirtest"
)

// validatorCase is one step of HL7's validator cases.
type validatorCase struct{ fhirtest.ValidatorCase }

// caseResult is what judging tools read.
type caseResult struct {
	Name   string      `json:"name"`
	Valid  bool        `json:"valid"`
	Count  int         `json:"error_count"`
	Errors []caseError `json:"errors"`
}

type caseError struct {
	Expression string `json:"expression"`
	Code       string `json:"code"`
}

// parseAny reads JSON or XML.
func parseAny(source []byte) (*element.Tree, fhir.Outcome) {
	source = bytes.TrimPrefix(source, []byte("\uFEFF"))
	if trimmed := bytes.TrimSpace(source); len(trimmed) > 0 && trimmed[0] == '<' {
		return element.ParseXML(r4.Definitions(), source, element.Limits{})
	}
	return element.Parse(r4.Definitions(), source, element.Limits{})
}

// published is R4's terminology, which every case may ask.
var published = terminology.NewLibrary(r4.Terminology())

// library is the definitions that a case may look up.
type library struct {
	structures []*definition.StructureDefinition
	nodes      []element.Node
}

// add reads a definition. HL7's cases have some without a status, which a package would take for examples.
func (l *library) add(t testing.TB, name string, source []byte) (url string) {
	t.Helper()
	tree, outcome := parseAny(source)
	if tree == nil {
		t.Logf("%s is not read: %v", name, outcome)
		return ""
	}
	l.nodes = append(l.nodes, tree.Root())
	if tree.Root().Name() != "StructureDefinition" {
		return ""
	}
	s, err := igpackage.StructureDefinition(tree.Root())
	if err != nil {
		t.Fatal(err)
	}
	l.structures = append(l.structures, &s)
	return s.URL
}

// find is the source of profiles: those of the case, then R4's.
func (l *library) find(canonical string) *definition.StructureDefinition {
	url, version, _ := strings.Cut(canonical, "|")
	for _, s := range l.structures {
		if s.URL == url && (version == "" || s.Version == version) {
			return s
		}
	}
	return r4.Guide(canonical)
}

// definition finds what resources refer to by canonical.
func (l *library) definition(canonical string) element.Node {
	url, version, _ := strings.Cut(canonical, "|")
	for _, n := range l.nodes {
		if n.Child("url").Text() == url && (version == "" || n.Child("version").Text() == version) {
			return n
		}
	}
	return element.Node{}
}

// options are those HL7's validator runs its cases with.
func (l *library) options(c validatorCase) []validation.Option {
	all := []validation.Option{
		validation.WithProfiles(snapshot.Source(l.find)),
		validation.WithDefinitions(l.definition),
		validation.WithTerminology(published.With(terminology.Read(l.nodes...))),
		validation.WithCalls(validation.VitalSigns()...),
		validation.WithUnknownExtensions(fhir.SeverityError),
		validation.WithClock(func() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }),
	}
	all = append(all, validation.WithExamples(c.Options.Examples == nil || *c.Options.Examples))
	if c.Options.Aggregation != nil && !*c.Options.Aggregation {
		all = append(all, validation.WithAggregationInBundles())
	}
	return all
}

// validator makes what a case is judged by, and says which profiles its file is held to.
func (c validatorCase) validator(t testing.TB) (validator *validation.Validator, profiles []string) {
	t.Helper()
	var l library
	for _, name := range c.Supporting {
		l.add(t, name, c.Read(t, name))
	}
	if c.Profile != "" {
		profiles = append(profiles, l.add(t, c.Profile, c.Read(t, c.Profile)))
	}
	return validation.New(r4.Definitions(), l.options(c)...), profiles
}

// run validates the file of a case.
func (c validatorCase) run(t testing.TB) (fhir.Outcome, caseResult) {
	t.Helper()
	validator, profiles := c.validator(t)
	trees, outcome := c.parse(c.Read(t, c.File))
	for _, tree := range trees {
		outcome = append(outcome, validator.Validate(tree, profiles...)...)
	}
	result := caseResult{Name: c.Name, Valid: !outcome.Failed(), Errors: []caseError{}}
	for _, issue := range outcome {
		if issue.Severity == fhir.SeverityError || issue.Severity == fhir.Fatal {
			result.Count++
			result.Errors = append(result.Errors, caseError{strings.Join(issue.Expression[:min(1, len(issue.Expression))], ""), string(issue.Code)})
		}
	}
	return outcome, result
}

// parse reads what a case is about: one resource, or one a line.
func (c validatorCase) parse(source []byte) ([]*element.Tree, fhir.Outcome) {
	if strings.HasSuffix(c.File, ".ndjson") {
		return element.ParseNDJSON(r4.Definitions(), source, element.Limits{})
	}
	if c.Options.Comments {
		source = element.WithoutComments(source)
	}
	tree, outcome := parseAny(source)
	if tree == nil {
		return nil, outcome
	}
	return []*element.Tree{tree}, outcome
}

// TestCases runs HL7's validator cases. testdata/known-verdicts.tsv lists each whose verdict differs, with
// the reason; not more than one in twenty may.
func TestCases(t *testing.T) {
	cases, verdicts := fhirtest.ValidatorCases(t), fhirtest.KnownVerdicts(t)
	var results []caseResult
	for i := range cases {
		outcome, result := validatorCase{cases[i]}.run(t)
		results = append(results, result)
		if verdicts.Hold(t, &cases[i], result.Valid) {
			continue
		}
		for _, issue := range outcome {
			t.Logf("  %s %s %s: %s", issue.Severity, issue.Detail, issue.Expression, issue.Diagnostics)
		}
	}
	verdicts.Done(t)
	writeResults(t, results)
}

// writeResults leaves the results where HEARKEN_CASE_RESULTS says, for tools that judge validators.
func writeResults(t testing.TB, results []caseResult) {
	t.Helper()
	path := os.Getenv("HEARKEN_CASE_RESULTS")
	if path == "" {
		return
	}
	text, err := json.MarshalIndent(results, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
