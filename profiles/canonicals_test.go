package profiles_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"hearken/profiles"
)

// Every structure of the guide has a constant in canonicals.go, and every constant a structure.
func TestCanonicals(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "canonicals.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	published := structures(t)
	constants := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if sum, ok := n.(*ast.BinaryExpr); ok {
			suffix, err := strconv.Unquote(sum.Y.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			constants[profiles.Base+suffix] = true
		}
		return true
	})
	for url := range constants {
		if published[url] == nil {
			t.Errorf("there is a constant for %s, and no structure", url)
		}
	}
	for url := range published {
		if !constants[url] {
			t.Errorf("there is no constant for %s", url)
		}
	}
}
