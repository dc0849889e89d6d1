package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hearken/internal/fhirtest"
)

// mutated are the files whose checks decide who sees and writes what.
var mutated = []string{
	"internal/access/decide.go", "internal/access/label.go", "internal/access/withhold.go", "internal/access/plane.go",
	"internal/interaction/guard.go", "internal/interaction/guarded_reader.go", "internal/interaction/guarded_tx.go", "internal/interaction/permission.go",
}

// against are the tests that must see when a check is gone.
var against = []string{"test", "-count=1", "-vet=off", "-failfast", "-run", "TestMatrix|TestGuard|TestWithheld|TestDecide|TestRelabelling|TestLogin_|TestLabelling|TestSharing|TestOversight|TestOversees|TestBreakGlass",
	"./internal/access", "./internal/interaction", "./internal/app"}

// sparedFile says of checks why nothing is seen without them, by the function and the condition.
const sparedFile = "testdata/mutants.tsv"

// TestMatrix_Mutants takes each check of the decision and of the guard out, one at a time: each `if` of those files is never true. The tests of who may
// see what must fail then, or testdata/mutants.tsv says why they cannot. It takes an hour (HEARKEN_MUTANTS=1, or the name of one file), changes no file of the
// tree, and says at the end what no test has seen. CI does it for the decision itself.
func TestMatrix_Mutants(t *testing.T) {
	wanted := os.Getenv("HEARKEN_MUTANTS")
	if wanted == "" && os.Getenv("CI") == "true" {
		wanted = "decide.go"
	}
	if wanted == "" {
		t.Skip("SKIPPED, NOT PASSED: all mutants take more than an hour; HEARKEN_MUTANTS=decide.go go test ./internal/app -run Mutants takes those of one file, =1 all")
	}
	root := fhirtest.ModuleRoot(t)
	spared := sparedMutants(t)
	killed, equivalent := 0, 0
	for _, file := range mutated {
		if wanted != "1" && wanted != filepath.Base(file) {
			continue
		}
		for _, m := range mutantsOf(t, filepath.Join(root, file)) {
			switch survives := m.survives(t, root); {
			case !survives:
				killed++
			case spared[m.name] != "":
				equivalent++
			default:
				t.Errorf("nothing fails without %s:%d %s", file, m.line, m.name)
			}
		}
	}
	t.Logf("%d checks: %d seen by a test, %d spared with a reason", killed+equivalent, killed, equivalent)
}

// mutant is a file without one of its checks.
type mutant struct {
	file   string
	name   string // the function, a tab and the condition
	line   int
	source []byte
}

func mutantsOf(t *testing.T, file string) []mutant {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var all []mutant
	for _, declared := range tree.Decls {
		function, ok := declared.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(function, func(n ast.Node) bool {
			check, ok := n.(*ast.IfStmt)
			if !ok || isPassedOn(check) {
				return true
			}
			var condition bytes.Buffer
			if err := printer.Fprint(&condition, set, check.Cond); err != nil {
				t.Fatal(err)
			}
			from, to := set.Position(check.Cond.Pos()).Offset, set.Position(check.Cond.End()).Offset
			without := fmt.Appendf(nil, "%s(%s) && false%s", source[:from], source[from:to], source[to:])
			name := function.Name.Name + "\t" + strings.Join(strings.Fields(condition.String()), " ")
			all = append(all, mutant{file, name, set.Position(check.Pos()).Line, without})
			return true
		})
	}
	return all
}

// isPassedOn is an error of something else that is given on, and no check of its own.
func isPassedOn(check *ast.IfStmt) bool {
	condition, ok := check.Cond.(*ast.BinaryExpr)
	if !ok || condition.Op != token.NEQ {
		return false
	}
	x, isName := condition.X.(*ast.Ident)
	y, isNil := condition.Y.(*ast.Ident)
	return isName && isNil && x.Name == "err" && y.Name == "nil" && check.Init == nil
}

// survives reports whether all tests pass without the check.
func (m *mutant) survives(t *testing.T, root string) bool {
	t.Helper()
	folder := t.TempDir()
	changed := filepath.Join(folder, "mutant.go")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{m.file: changed}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{changed: m.source, filepath.Join(folder, "overlay.json"): overlay} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("go", append([]string{against[0], "-overlay", filepath.Join(folder, "overlay.json")}, against[1:]...)...)
	command.Dir = root
	command.Env = append(os.Environ(), "HEARKEN_MUTANTS=", "CI=")
	out, err := command.CombinedOutput()
	if bytes.Contains(out, []byte("[build failed]")) {
		t.Fatalf("a mutant does not compile: %s: %s", m.name, out)
	}
	t.Logf("%s:%d %s: seen %v", filepath.Base(m.file), m.line, m.name, err != nil)
	return err == nil
}

func sparedMutants(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(sparedFile)
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(strings.TrimSpace(line), "\t"); len(cells) == 3 {
			reasons[cells[0]+"\t"+cells[1]] = cells[2]
		}
	}
	return reasons
}
