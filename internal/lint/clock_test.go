package lint_test

import (
	"fmt"
	"go/ast"
	"slices"
	"strconv"
	"testing"
)

// ambient are the functions that make a result depend on more than its arguments. A "*" is
// every name, "*-New" every name that does not start with New: a generator with a seed of one's own is fine.
var ambient = map[string][]string{
	"time":         {"Now", "Since", "Until"},
	"crypto/rand":  {"*"},
	"math/rand":    {"*-New"},
	"math/rand/v2": {"*-New"},
}

// mayBeAmbient are the packages and single files that hand clock and randomness to the others, or
// where what they read decides nothing, with the reason.
var mayBeAmbient = []struct {
	in     []string
	reason string
}{
	{[]string{"cmd/..."}, "main wires"},
	{[]string{"internal/app/..."}, "wires clock and randomness into all the rest"},
	{[]string{"internal/store/embedded/options.go"}, "the defaults of Options.Now and Options.Random"},
	{[]string{"internal/fhirtest/linear.go"}, "times what tests ask it to time"},
	{[]string{"internal/interaction/commit.go"}, "how long writers in each other's way wait: no answer depends on it"},
}

func ambientFaults(s source) []string {
	if s.test {
		return nil
	}
	for _, row := range mayBeAmbient {
		if matches(row.in, s.dir) || matches(row.in, s.name) {
			return nil
		}
	}
	imported := map[string]string{} // local name → path
	for _, spec := range s.file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil || ambient[path] == nil {
			continue
		}
		name := map[string]string{"time": "time", "crypto/rand": "rand", "math/rand": "rand", "math/rand/v2": "rand"}[path]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imported[name] = path
	}
	var faults []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if name, ok := selector.X.(*ast.Ident); ok && isAmbient(imported[name.Name], selector.Sel.Name) {
			faults = append(faults, fmt.Sprintf("%s: %s.%s: take it as a parameter", s.at(n.Pos()), name.Name, selector.Sel.Name))
		}
		return true
	})
	return faults
}

func isAmbient(path, name string) bool {
	names := ambient[path]
	switch {
	case len(names) == 0:
		return false
	case names[0] == "*":
		return true
	case names[0] == "*-New":
		return (len(name) < 3 || name[:3] != "New") && !slices.Contains([]string{"Rand", "Source", "PCG", "ChaCha8", "Zipf"}, name)
	}
	return slices.Contains(names, name)
}

func TestClockAndRandomness(t *testing.T) {
	for _, s := range sources(t) {
		for _, fault := range ambientFaults(s) {
			t.Error(fault)
		}
	}
}

func TestClockAndRandomness_RuleBites(t *testing.T) {
	for _, row := range []struct {
		name, file, text string
		faults           int
	}{
		{"the clock", "fhir/x.go", `import "time"; var x = time.Now()`, 1},
		{"the clock as a value", "fhir/x.go", `import "time"; var x = time.Now`, 1},
		{"another name", "fhir/x.go", `import clock "time"; var x = clock.Now()`, 1},
		{"a duration", "fhir/x.go", `import "time"; var x = time.Second`, 0},
		{"randomness", "fhir/x.go", `import "crypto/rand"; var x = rand.Text()`, 1},
		{"the shared generator", "fhir/x.go", `import "math/rand/v2"; var x = rand.IntN(2)`, 1},
		{"a generator with a seed", "fhir/x.go", `import "math/rand/v2"; var x = rand.New(rand.NewPCG(1, 2))`, 0},
		{"in a test", "fhir/x_test.go", `import "time"; var x = time.Now()`, 0},
		{"a file with a reason", "internal/store/embedded/options.go", `import "time"; var x = time.Now`, 0},
		{"the file beside it", "internal/store/embedded/engine.go", `import "time"; var x = time.Now`, 1},
		{"in main", "cmd/hearken/x.go", `import "time"; var x = time.Now()`, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, ok := parse(row.file, []byte("package x\n"+row.text+"\n"))
			if !ok {
				t.Fatal("the text does not parse")
			}
			if got := ambientFaults(s); len(got) != row.faults {
				t.Errorf("ambientFaults(%s) = %q, want %d", row.text, got, row.faults)
			}
		})
	}
}
