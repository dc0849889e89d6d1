package lint_test

import (
	"go/ast"
	"slices"
	"testing"
)

// withCallers are the packages in which somebody waits for everything: nothing there goes on when they have gone.
var withCallers = []string{"internal/interaction", "internal/rest", "internal/access", "internal/careplan"}

// ownContexts finds where code makes itself a context that nobody ends.
func ownContexts(s source) (lines []int) {
	if s.test || !slices.Contains(withCallers, s.dir) {
		return nil
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Background" || sel.Sel.Name == "TODO") {
			if name, ok := sel.X.(*ast.Ident); ok && name.Name == "context" {
				lines = append(lines, s.fset.Position(sel.Pos()).Line)
			}
		}
		return true
	})
	return lines
}

func TestContexts_AreTheCallers(t *testing.T) {
	for _, s := range sources(t) {
		for _, line := range ownContexts(s) {
			t.Errorf("%s:%d makes itself a context: take that of whoever waits", s.name, line)
		}
	}
	for text, want := range map[string]int{
		`import "context"; var x = context.Background()`: 1, `import "context"; var x = context.TODO`: 1, `import "context"; func f(ctx context.Context) {}`: 0,
	} {
		s, ok := parse("internal/interaction/x.go", []byte("package x; "+text))
		if got := len(ownContexts(s)); !ok || got != want {
			t.Errorf("%s: %d found, want %d", text, got, want)
		}
	}
}
