package fhirpath_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

// benchExamples are what the benchmarks of invariants read: each a few kilobytes.
var benchExamples = []struct{ name, folder, file string }{
	{"Patient", "Patient", "Patient-example.json"},
	{"CarePlan", "CarePlan", "CarePlan-example.json"},
	{"Observation", "Observation", "Observation-blood-pressure.json"},
}

func readExample(b *testing.B, folder, file string) []byte {
	b.Helper()
	text, err := os.ReadFile(fhirtest.SharedData(b, "examples", folder, file))
	if err != nil {
		b.Fatal(err)
	}
	return text
}

// BenchmarkInvariants evaluates every base invariant at every node of a parsed resource. Its goal: together with
// parsing (BenchmarkParseAndInvariants) no more than BenchmarkFloor.
func BenchmarkInvariants(b *testing.B) {
	compiled := invariants(b)
	for _, example := range benchExamples {
		tree := parse(b, readExample(b, example.folder, example.file))
		env, count := &fhirpath.Env{}, 0
		b.Run(example.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				count = runInvariants(b, env, tree, compiled)
			}
			b.ReportMetric(float64(count), "invariants")
		})
	}
}

func BenchmarkParseAndInvariants(b *testing.B) {
	compiled := invariants(b)
	for _, example := range benchExamples {
		text := readExample(b, example.folder, example.file)
		env := &fhirpath.Env{}
		b.Run(example.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				runInvariants(b, env, parse(b, text), compiled)
				env.Reset()
			}
		})
	}
}

// BenchmarkFloor is encoding/json reading the same bytes into a map.
func BenchmarkFloor(b *testing.B) {
	for _, example := range benchExamples {
		text := readExample(b, example.folder, example.file)
		b.Run(example.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				var m map[string]any
				if err := json.Unmarshal(text, &m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func runInvariants(b *testing.B, env *fhirpath.Env, tree *element.Tree, compiled map[*definition.Constraint]*fhirpath.Expression) int {
	count := 0
	checkInvariants(tree, compiled, env, func(n element.Node, c *definition.Constraint, _ bool, err error) {
		if err != nil {
			b.Fatalf("%s at %s: %v", c.Key, n.Location(), err)
		}
		count++
	})
	return count
}

func parse(b testing.TB, text []byte) *element.Tree {
	tree, outcome := element.Parse(r4.Definitions(), text, element.DefaultLimits())
	if tree == nil {
		b.Fatal(outcome)
	}
	return tree
}

// BenchmarkDom3 evaluates dom-3, as published, on resources whose references and contained
// resources grow together. Time per contained resource should stay the same.
func BenchmarkDom3(b *testing.B) {
	dom3 := constraint(b, "DomainResource", "dom-3")
	for _, n := range []int{200, 2_000, 20_000} {
		tree := parse(b, withContained(n))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				env := &fhirpath.Env{}
				if holds, err := dom3.Holds(env, tree.Root()); !holds || err != nil {
					b.Fatal(holds, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/contained")
		})
	}
}

// BenchmarkRef1 evaluates ref-1 at each of the references of the same resources.
func BenchmarkRef1(b *testing.B) {
	ref1 := constraint(b, "Reference", "ref-1")
	for _, n := range []int{200, 2_000, 20_000} {
		tree := parse(b, withContained(n))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				env := &fhirpath.Env{}
				for i := range tree.Len() {
					if at := tree.Node(i); at.Structure().Name == "Reference" {
						if holds, err := ref1.Holds(env, at); !holds || err != nil {
							b.Fatal(holds, err)
						}
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/contained")
		})
	}
}

func constraint(b testing.TB, structure, key string) *fhirpath.Expression {
	for _, c := range r4.Definitions().Structure(structure).Constraints {
		if c.Key == key {
			return fhirpath.MustCompile(r4.Definitions(), c.Expression)
		}
	}
	b.Fatalf("%s has no invariant %s", structure, key)
	return nil
}

// withContained is a CareTeam of n contained practitioners, each referred to.
func withContained(n int) []byte {
	var out bytes.Buffer
	out.WriteString(`{"resourceType":"CareTeam","contained":[`)
	for i := range n {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, `{"resourceType":"Practitioner","id":"p%d","name":[{"family":"F%d"}]}`, i, i)
	}
	out.WriteString(`],"participant":[`)
	for i := range n {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, `{"member":{"reference":"#p%d"}}`, i)
	}
	out.WriteString(`]}`)
	return out.Bytes()
}

// BenchmarkSearchExpression extracts the values of one search parameter.
func BenchmarkSearchExpression(b *testing.B) {
	tree := parse(b, readExample(b, "Observation", "Observation-blood-pressure.json"))
	for _, code := range []string{"patient", "code", "combo-code"} {
		for _, p := range r4.Definitions().SearchParametersOf("Observation") {
			if p.Code != code {
				continue
			}
			e := fhirpath.MustCompile(r4.Definitions(), p.Expression, fhirpath.On("Observation"))
			b.Run(code, func(b *testing.B) {
				b.ReportAllocs()
				env, found := &fhirpath.Env{}, 0
				for b.Loop() {
					if err := e.Each(env, tree.Root(), func(fhirpath.Item) bool { found++; return true }); err != nil {
						b.Fatal(err)
					}
				}
				if found == 0 {
					b.Fatal("nothing found")
				}
			})
		}
	}
}

// BenchmarkCompile compiles every base invariant, which a server does as it starts.
func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	count := 0
	for b.Loop() {
		count = len(invariants(b))
	}
	b.ReportMetric(float64(count), "expressions")
}
