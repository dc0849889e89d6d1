// Package lint holds no code, only tests: the rules of the house that a compiler does not check.
// Who may import what (imports_test.go), what must be documented, how long a file may be, where
// the clock may be read. Run them with
//
//	go test ./internal/lint
//
// Each rule is a row of a table with its reason. A rule that stands in the way of something
// better is changed there, in the open; an exception is a row as well.
package lint
