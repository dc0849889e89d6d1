package profiles_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/schema"
	"hearken/testdata/plans"
)

// schemas are the JSON Schemas of the guide, compiled, by the canonical of the profile.
var schemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	pack, _ := guide()
	library, _ := igpackage.NewLibrary(pack)
	source := schema.FromLibrary(r4.Definitions(), library)
	compiled := map[string]*jsonschema.Schema{}
	for i := range pack.Structures {
		profile := source.Structure(pack.Structures[i].URL)
		text, err := schema.Of(source, profile)
		if err != nil {
			return nil, err
		}
		compiler := jsonschema.NewCompiler()
		if err := compiler.AddResource(schema.ID(profile), bytes.NewReader(text)); err != nil {
			return nil, err
		}
		if compiled[profile.URL], err = compiler.Compile(schema.ID(profile)); err != nil {
			return nil, err
		}
	}
	return compiled, nil
})

func compiledSchemas(t testing.TB) map[string]*jsonschema.Schema {
	t.Helper()
	readGuide(t)
	all, err := schemas()
	if err != nil {
		t.Fatalf("the schemas do not compile: %v", err)
	}
	return all
}

// opinions are what is allowed to differ between schema and structural verdict:
// testdata/schema-differences.tsv, a kind of fault a line with the reason why a schema lets it pass.
type opinions struct {
	listed  map[string]bool // by kind: whether it was met
	refused int             // by both
}

func readOpinions(t testing.TB) *opinions {
	t.Helper()
	o := &opinions{listed: map[string]bool{}}
	for line := range strings.Lines(string(readFile(t, "testdata/schema-differences.tsv"))) {
		kind, reason, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if reason == "" {
			t.Fatalf("schema-differences.tsv: %q has no reason", kind)
		}
		o.listed[kind] = false
	}
	return o
}

// compare holds the verdict of a schema against the kinds of faults that others find. A schema may let pass
// what is listed, and nothing else; it never refuses what they accept.
func (o *opinions) compare(t testing.TB, name string, err error, kinds []string) {
	t.Helper()
	if err != nil {
		if len(kinds) == 0 {
			t.Errorf("%s: refused by its schema, and nothing is wrong with it: %#v", name, err)
		}
		o.refused++
		return
	}
	for _, kind := range kinds {
		if _, listed := o.listed[kind]; !listed {
			t.Errorf("%s: accepted by its schema, and has faults %q", name, kinds)
			return
		}
	}
	for _, kind := range kinds {
		o.listed[kind] = true
	}
}

// checkMet: a difference that nothing shows is no difference.
func (o *opinions) checkMet(t testing.TB) {
	t.Helper()
	for kind, met := range o.listed {
		if !met {
			t.Errorf("schema-differences.tsv lists %q, which was not met", kind)
		}
	}
}

// faultKinds are the structural faults of a resource: those of reading it, of the base, and of the second
// opinion on the profile. A rule that does not hold is none.
func faultKinds(t testing.TB, source []byte, profile string) []string {
	t.Helper()
	tree, outcome := element.Parse(r4.Definitions(), source, element.DefaultLimits())
	if !outcome.Failed() {
		outcome = validator().Validate(tree)
	}
	var kinds []string
	for _, issue := range outcome {
		if (issue.Severity == fhir.SeverityError || issue.Severity == fhir.Fatal) && !strings.HasPrefix(issue.Detail, "constraint-") {
			kinds = append(kinds, issue.Detail)
		}
	}
	if len(kinds) == 0 {
		for _, fault := range structureFaults(t, structures(t), tree.Root(), profile) {
			kind, _, _ := strings.Cut(fault, " ")
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

func decode(t testing.TB, source []byte) any {
	t.Helper()
	var value any
	decoder := json.NewDecoder(bytes.NewReader(source))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// Schema and structural verdict agree over all examples, all resources of the sample plans, and mutants of the valid
// ones, but for what is listed.
func TestSchemas_Agree(t *testing.T) {
	all, o := compiledSchemas(t), readOpinions(t)
	judge := func(name, profile string, source []byte) {
		o.compare(t, name, all[profile].Validate(decode(t, source)), faultKinds(t, source, profile))
	}
	for _, folder := range []string{"valid", "invalid"} {
		for _, e := range examples(t, folder) {
			judge(e.file, e.profile, e.tree.Source())
		}
	}
	planResources(t, judge)
	mutants := 0
	for _, e := range examples(t, "valid") {
		mutate(t, e.tree.Source(), func(how string, source []byte) {
			mutants++
			judge(e.file+": "+how, e.profile, source)
		})
	}
	o.checkMet(t)
	t.Logf("%d mutants, %d resources refused by both", mutants, o.refused)
	if mutants < 10_000 || o.refused < mutants/2 {
		t.Errorf("%d mutants, %d resources refused by both, want more than 10000, and most of them refused", mutants, o.refused)
	}
}

// planResources gives the resources of the sample plans, each with the profile it calls for.
func planResources(t testing.TB, judge func(name, profile string, source []byte)) {
	t.Helper()
	files, err := fs.Glob(plans.Files, "*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("Glob = %q, %v, want the plans", files, err)
	}
	judged := 0
	env := newEnv()
	for _, file := range files {
		source, err := plans.Files.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tree := parse(t, file, source)
		for i := range tree.Len() {
			n := tree.Node(i)
			if !n.IsResource() {
				continue
			}
			for _, profile := range append(called(t, env, n), named[n.Structure().Name]) {
				if profile != "" {
					judged++
					judge(file+": "+n.Location(), profile, n.Source())
				}
			}
		}
		env.Reset()
	}
	if judged < 100 {
		t.Errorf("%d resources of the plans were judged, want all", judged)
	}
}
