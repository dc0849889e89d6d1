package lint_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"testing"
)

// undocumented names every exported identifier of a file without a comment: functions, methods
// of exported types, types, constants, variables and methods of exported interfaces. The
// comment of a group serves all in it, that of an interface its only method.
func undocumented(s source) []string {
	if s.test || s.generated {
		return nil
	}
	var faults []string
	report := func(pos token.Pos, name string) {
		faults = append(faults, fmt.Sprintf("%s: %s has no doc comment", s.at(pos), name))
	}
	for _, declaration := range s.file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Doc == nil && receiverExported(d) {
				report(d.Pos(), d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				undocumentedSpec(spec, d.Doc != nil, report)
			}
		}
	}
	return faults
}

func receiverExported(function *ast.FuncDecl) bool {
	if function.Recv == nil || len(function.Recv.List) == 0 {
		return true
	}
	for kind := function.Recv.List[0].Type; ; {
		switch t := kind.(type) {
		case *ast.StarExpr:
			kind = t.X
		case *ast.IndexExpr: // a generic type with one parameter
			kind = t.X
		case *ast.IndexListExpr:
			kind = t.X
		case *ast.Ident:
			return t.IsExported()
		default:
			return true
		}
	}
}

func undocumentedSpec(spec ast.Spec, group bool, report func(token.Pos, string)) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && !group && s.Doc == nil && s.Comment == nil {
			report(s.Pos(), s.Name.Name)
		}
		if methods, ok := s.Type.(*ast.InterfaceType); ok && s.Name.IsExported() && len(methods.Methods.List) > 1 {
			for _, method := range methods.Methods.List {
				if len(method.Names) == 1 && method.Names[0].IsExported() && method.Doc == nil && method.Comment == nil {
					report(method.Pos(), s.Name.Name+"."+method.Names[0].Name)
				}
			}
		}
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.IsExported() && !group && s.Doc == nil && s.Comment == nil {
				report(name.Pos(), name.Name)
			}
		}
	}
}

func TestDocumented(t *testing.T) {
	for _, s := range sources(t) {
		for _, fault := range undocumented(s) {
			t.Error(fault)
		}
	}
}

func TestDocumented_Packages(t *testing.T) {
	for _, p := range packages(t) {
		if p.Doc == "" && len(p.GoFiles) > 0 {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

func TestDocumented_RuleBites(t *testing.T) {
	for _, row := range []struct {
		name, text string
		faults     int
	}{
		{"a function", "func F() {}", 1},
		{"a function with a comment", "// F does.\nfunc F() {}", 0},
		{"an unexported function", "func f() {}", 0},
		{"a type and its method", "type T struct{}\nfunc (t *T) M() {}", 2},
		{"a method of an unexported type", "type t[K any] struct{}\nfunc (x *t[K]) M() {}", 0},
		{"a method of a generic type", "// T is.\ntype T[k any] struct{}\nfunc (t *T[k]) M() {}", 1},
		{"a group", "// Both are.\nconst (\n\tA = 1\n\tB = 2\n)", 0},
		{"a group without a comment", "const (\n\tA = 1 // is\n\tB = 2\n)", 1},
		{"an interface of one method", "// I is.\ntype I interface{ M() }", 0},
		{"an interface", "// I is.\ntype I interface {\n\tM()\n\t// N does.\n\tN()\n}", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, ok := parse("x/x.go", []byte("package x\n\n"+row.text+"\n"))
			if !ok {
				t.Fatal("the text does not parse")
			}
			if got := undocumented(s); len(got) != row.faults {
				t.Errorf("undocumented(%s) = %q, want %d", row.text, got, row.faults)
			}
		})
	}
}
