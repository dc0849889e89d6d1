package lint_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hearken/internal/fhirtest"
)

// source is one Go file of the module, parsed.
type source struct {
	name      string // below the module's root: "fhir/element/node.go"
	dir       string // "fhir/element"
	test      bool
	generated bool
	text      []byte
	file      *ast.File
	fset      *token.FileSet
}

// parse reads one file; a file that does not parse is for the compiler to complain about.
func parse(name string, text []byte) (source, bool) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return source{}, false
	}
	return source{
		name: name, dir: filepath.ToSlash(filepath.Dir(name)), test: strings.HasSuffix(name, "_test.go"),
		generated: ast.IsGenerated(file), text: text, file: file, fset: fset,
	}, true
}

// sources reads every Go file of the module.
func sources(t *testing.T) []source {
	t.Helper()
	root := fhirtest.ModuleRoot(t)
	var all []source
	for _, p := range packages(t) {
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.TestGoFiles, p.XTestGoFiles) {
			full := filepath.Join(p.Dir, name)
			text, err := os.ReadFile(full)
			if err != nil {
				t.Fatal(err)
			}
			short, err := filepath.Rel(root, full)
			if err != nil {
				t.Fatal(err)
			}
			if one, ok := parse(filepath.ToSlash(short), text); ok {
				all = append(all, one)
			}
		}
	}
	return all
}

// lines counts from one position to another, both included.
func (s source) lines(from, to token.Pos) int {
	return s.fset.Position(to).Line - s.fset.Position(from).Line + 1
}

// at is "file:line" of a position.
func (s source) at(pos token.Pos) string { return s.fset.Position(pos).String() }
