package access

import (
	"slices"
	"strings"
	"time"

	"hearken/fhir/search/query"
)

// Marks stand in the label of a resource beside the tokens by which it is seen, and nobody sees anything by
// one. They say what of the resource is withheld from the person it is about, and until when, and by what it
// is seen:
//
//	withheld CODE|END   the search parameter CODE reads something that is
//	later|ID|END        the whole is, and the person sees it from END on
//	until|END           one of the others ends then
//	context|TYPE/ID     the resource is seen by whoever sees this: see Context
//	record|ID           that is in the compartment of this patient
//
// END is a time, or endless.
const (
	systemWithheld = "withheld " // and the code of a parameter
	systemLater    = "later"
	systemUntil    = "until"
	endless        = "-"
)

// end is a time as marks have it.
func end(until time.Time) string {
	if until.IsZero() {
		return endless
	}
	return until.UTC().Format(time.RFC3339)
}

// MarkParameters marks the parameters, by code, that read what is withheld from the person until a time; the
// zero time is for good.
func MarkParameters(codes []string, until time.Time) []query.Token {
	marks := make([]query.Token, len(codes), len(codes)+1)
	for i, code := range codes {
		marks[i] = query.Token{System: systemWithheld + code, Code: end(until)}
	}
	if until.IsZero() || len(codes) == 0 {
		return marks
	}
	return append(marks, query.Token{System: systemUntil, Code: end(until)})
}

// MarkWhole marks a resource that is withheld from the person until a time.
func MarkWhole(until time.Time) []query.Token {
	return []query.Token{{System: systemLater, Code: end(until)}, {System: systemUntil, Code: end(until)}}
}

// IsMark reports whether a token is a mark.
func IsMark(t query.Token) bool {
	return t.System == systemContext || t.System == systemRecord || t.System == systemLater || t.System == systemUntil || strings.HasPrefix(t.System, systemWithheld)
}

// WithoutMarks is a label but for its marks, which are about the resource alone.
func WithoutMarks(label []query.Token) []query.Token {
	return slices.DeleteFunc(slices.Clone(label), IsMark)
}

// Ending is the condition of having a mark that ends some time.
func Ending(access *query.Parameter) query.Expr {
	return query.Match{Parameter: access, Test: query.TokenTest{System: systemUntil, AnyCode: true}}
}

// Ended are the ends in a label that have come.
func Ended(label []query.Token, now time.Time) (ends []string) {
	for _, t := range label {
		if at, err := time.Parse(time.RFC3339, t.Code); t.System == systemUntil && err == nil && !now.Before(at) {
			ends = append(ends, t.Code)
		}
	}
	return ends
}

// Readable is the condition of a record in which a search parameter tells this caller what it reads; nil for
// every record. Elsewhere it has no value for them. whereabouts is whether it reads some of Whereabouts.
func (d *Decision) Readable(access *query.Parameter, code string, whereabouts bool) query.Expr {
	if d.view.role != Patient {
		if whereabouts {
			return d.unrestricted(access)
		}
		return nil
	}
	system := systemWithheld + code
	readable := query.Or{query.Not{Expr: query.Match{Parameter: access, Test: query.TokenTest{System: system, AnyCode: true}}}}
	for _, ended := range d.ended {
		readable = append(readable, query.Match{Parameter: access, Test: query.TokenTest{System: system, Code: ended}})
	}
	return query.Simplify(readable)
}
