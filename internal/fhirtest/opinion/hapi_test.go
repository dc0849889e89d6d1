//go:build hapi

package opinion_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/terminology"
	"hearken/fhir/validation"
)

// hapiError is what hapi/src/main/java/Verdicts.java writes of a fault.
type hapiError struct{ Severity, Location, Message, ID string }

type hapiVerdict struct {
	Name   string
	Errors []hapiError
}

// TestHAPI (go test -tags hapi, for it needs Maven and Java) holds our verdicts, of everything there is to
// check, against those of HAPI's validator of R4 instances. HEARKEN_HAPI is the folder the harness is built
// in (hapi/README.md); what HAPI said of the same samples there before is not asked again.
func TestHAPI(t *testing.T) {
	target := os.Getenv("HEARKEN_HAPI")
	if target == "" {
		t.Fatal("HEARKEN_HAPI names no harness; hapi/README.md says how to make one")
	}
	var samples []sample
	eachSample(t, 3, func(s sample) { samples = append(samples, s) })
	verdicts := hapiVerdicts(t, target, samples)
	validator := validation.New(r4.Definitions(), validation.WithProfiles(r4.Guide), validation.WithTerminology(terminology.NewLibrary(r4.Terminology())))
	var found classes
	for i, s := range samples {
		if verdicts[i].Name != s.name {
			t.Fatalf("verdict %d is on %q, want one on %q", i, verdicts[i].Name, s.name)
		}
		found.add(s.name, whole(validator, s.source), hapiFaults(verdicts[i]))
	}
	found.explained(t, "hapi.tsv")
}

// whole are the faults of a resource.
func whole(validator *validation.Validator, source []byte) []string {
	tree, outcome := element.Parse(r4.Definitions(), source, element.Limits{})
	if tree != nil {
		outcome = append(outcome, validator.Validate(tree)...)
	}
	var faults []string
	for _, issue := range outcome {
		if (fhir.Outcome{issue}).Failed() {
			faults = append(faults, issue.Detail)
		}
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

// hapiFaults are the ids of HAPI's messages; a broken invariant has its key in the words, and a terminology's
// say their sort with the first.
func hapiFaults(verdict hapiVerdict) []string {
	var faults []string
	for _, fault := range verdict.Errors {
		class := fault.ID
		if key, _, ok := strings.Cut(strings.TrimPrefix(fault.Message, "Constraint failed: "), ":"); ok && strings.Contains(fault.Message, "Constraint failed") {
			class = key
		}
		if class == "Terminology_PassThrough_TX_Message" { // one id for all that a terminology has to say
			class, _, _ = strings.Cut(fault.Message, " ")
			class = fault.ID + " " + class + " …"
		}
		faults = append(faults, class)
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

// hapiVerdicts are HAPI's verdicts on samples, in their order.
func hapiVerdicts(t *testing.T, target string, samples []sample) []hapiVerdict {
	t.Helper()
	var asked bytes.Buffer
	for _, s := range samples {
		if err := json.NewEncoder(&asked).Encode(map[string]string{"name": s.name, "resource": string(s.source)}); err != nil {
			t.Fatal(err)
		}
	}
	in, out := filepath.Join(target, "samples.jsonl"), filepath.Join(target, "verdicts.jsonl")
	before, _ := os.ReadFile(in)
	answered, _ := os.ReadFile(out)
	if !bytes.Equal(before, asked.Bytes()) || bytes.Count(answered, []byte("\n")) != len(samples) {
		answered = askHAPI(t, target, in, asked.Bytes())
		if err := os.WriteFile(out, answered, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var verdicts []hapiVerdict
	for line := range bytes.Lines(answered) {
		var v hapiVerdict
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		verdicts = append(verdicts, v)
	}
	if len(verdicts) != len(samples) {
		t.Fatalf("%d verdicts on %d samples", len(verdicts), len(samples))
	}
	return verdicts
}

func askHAPI(t *testing.T, target, in string, asked []byte) []byte {
	t.Helper()
	if err := os.WriteFile(in, asked, 0o644); err != nil {
		t.Fatal(err)
	}
	classpath := filepath.Join(target, "classes") + string(filepath.ListSeparator) + filepath.Join(target, "lib", "*")
	command := exec.CommandContext(t.Context(), "java", "-Xmx3g", "-cp", classpath, "Verdicts", in)
	command.Stderr = os.Stderr
	answered, err := command.Output()
	if err != nil {
		t.Fatalf("java: %v", err)
	}
	return answered
}
