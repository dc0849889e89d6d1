package mutation

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// check is one place in the code that a mutant leaves out.
type check struct {
	number   int    // of the mutant, from 1
	file     string // "guard.go"
	function string
	text     string // the condition, as it is written
	line     int
	expr     *ast.Expr
	by       token.Token // what leaves it out: LAND by never being so, LOR by always
}

// name is what the check is called in testdata/spared.tsv.
func (c *check) name() string { return c.file + "\t" + c.function + "\t" + c.text }

// source is a file and its checks.
type source struct {
	path   string
	pkg    string // from the root
	set    *token.FileSet
	tree   *ast.File
	checks []*check
	twins  map[string]int
}

func (s *source) name() string { return filepath.Base(s.path) }

// readSource finds the checks of a file. Their numbers go on from those before.
func readSource(t *testing.T, path string, before int) *source {
	t.Helper()
	s := &source{path: path, set: token.NewFileSet(), twins: map[string]int{}}
	var err error
	if s.tree, err = parser.ParseFile(s.set, path, nil, parser.SkipObjectResolution); err != nil {
		t.Fatal(err)
	}
	for _, declared := range s.tree.Decls {
		if function, ok := declared.(*ast.FuncDecl); ok {
			ast.Inspect(function, func(n ast.Node) bool {
				s.find(function.Name.Name, n)
				return true
			})
		}
	}
	for i, c := range s.checks {
		c.number = before + i + 1
	}
	return s
}

func (s *source) find(function string, n ast.Node) {
	switch n := n.(type) {
	case *ast.IfStmt:
		if !isPassedOn(n) {
			s.add(function, &n.Cond, token.LAND)
		}
	case *ast.SwitchStmt:
		if n.Tag == nil {
			for _, clause := range n.Body.List {
				for i := range clause.(*ast.CaseClause).List {
					s.add(function, &clause.(*ast.CaseClause).List[i], token.LAND)
				}
			}
		}
	case *ast.BinaryExpr:
		if leaves, ok := map[token.Token]token.Token{token.LAND: token.LOR, token.LOR: token.LAND}[n.Op]; ok {
			for _, operand := range []*ast.Expr{&n.X, &n.Y} {
				if inner, chain := (*operand).(*ast.BinaryExpr); !chain || inner.Op != n.Op { // of a && b && c the operands are a, b and c
					s.add(function, operand, leaves)
				}
			}
		}
	}
}

func (s *source) add(function string, expr *ast.Expr, by token.Token) {
	var text bytes.Buffer
	_ = printer.Fprint(&text, s.set, *expr)
	c := &check{file: s.name(), function: function, text: strings.Join(strings.Fields(text.String()), " "), line: s.set.Position((*expr).Pos()).Line, expr: expr, by: by}
	if s.twins[c.name()]++; s.twins[c.name()] > 1 {
		c.text += fmt.Sprintf(" #%d", s.twins[c.name()])
	}
	s.checks = append(s.checks, c)
}

// isPassedOn is an error of something else that is given on, and no check of its own.
func isPassedOn(n *ast.IfStmt) bool {
	condition, ok := n.Cond.(*ast.BinaryExpr)
	if !ok || condition.Op != token.NEQ || n.Init != nil {
		return false
	}
	x, isName := condition.X.(*ast.Ident)
	y, isNil := condition.Y.(*ast.Ident)
	return isName && isNil && x.Name == "err" && y.Name == "nil"
}

// mutable is the file with all its mutants: each check also asks whether the process is the mutant without
// it, and only where what it says itself would not do. The checks are no longer what they were.
func (s *source) mutable(t *testing.T) []byte {
	t.Helper()
	for _, c := range s.checks {
		var taken ast.Expr = &ast.CallExpr{Fun: ast.NewIdent("mutantTaken"), Args: []ast.Expr{&ast.BasicLit{Kind: token.INT, Value: strconv.Itoa(c.number)}}}
		if c.by == token.LAND {
			taken = &ast.UnaryExpr{Op: token.NOT, X: taken}
		}
		*c.expr = &ast.ParenExpr{X: &ast.BinaryExpr{X: &ast.ParenExpr{X: *c.expr}, Op: c.by, Y: taken}}
	}
	var out bytes.Buffer
	if err := printer.Fprint(&out, s.set, s.tree); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
