package lint_test

import (
	"go/ast"
	"regexp"
	"slices"
	"testing"
)

// withCallers are the packages in which somebody waits for everything: nothing there goes on when they have gone.
var withCallers = []string{"internal/interaction", "internal/rest", "internal/access", "internal/careplan"}

// ofCallers are the names of package context that make none out of nothing: its types, its errors, and what is
// made of a caller's.
var ofCallers = regexp.MustCompile(`^(Context|Cause|CancelFunc|CancelCauseFunc|Canceled|DeadlineExceeded|AfterFunc|With\w+)$`)

// ownContexts finds where code makes itself a context that nobody ends.
func ownContexts(s source) (lines []int) {
	if s.test || !slices.Contains(withCallers, s.dir) {
		return nil
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && !ofCallers.MatchString(sel.Sel.Name) {
			if name, ok := sel.X.(*ast.Ident); ok && name.Name == "context" && name.Obj == nil { // the package, and no variable
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
		`import "context"; var x = context.Background()`: 1, `import "context"; var x = context.Background`: 1, `import "context"; func f(ctx context.Context) { context.WithCancel(ctx) }`: 0,
		`func f(context struct{ Key int }) int { return context.Key }`: 0,
	} {
		s, ok := parse("internal/interaction/x.go", []byte("package x; "+text))
		if got := len(ownContexts(s)); !ok || got != want {
			t.Errorf("%s: %d found, want %d", text, got, want)
		}
	}
}
