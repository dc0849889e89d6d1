package interaction

import (
	"bytes"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/store"
)

// inlineLabel is the extension that marks one element of a resource with a security label
// (https://hl7.org/fhir/uv/security-label-ds4p/): a code of access.LabelSystem is one of ours.
const inlineLabel = "http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label"

// shown is a record as the caller sees it: without the elements that are withheld from them. It happens where records leave the store, so that
// every surface shows the same.
func (r *guardedReader) shown(rec store.Record) (store.Record, error) {
	if rec.Deleted() || !mayWithhold(rec) {
		return rec, nil
	}
	label, err := r.inner.Label(rec.Key)
	if err != nil {
		return store.Record{}, err
	}
	rec.Body, _, err = r.server.redact(rec.Body, r.decision.Withheld(label))
	return rec, err
}

func (r *guardedReader) allShown(records []store.Record) (err error) {
	for i := range records {
		if records[i], err = r.shown(records[i]); err != nil {
			return err
		}
	}
	return nil
}

// mayWithhold tells at sight that nothing of a record is ever withheld: neither its type nor a label in it is one that rules are about.
func mayWithhold(rec store.Record) bool {
	return slices.ContainsFunc(access.Whereabouts(), func(path string) bool {
		owner, _, _ := strings.Cut(path, ".")
		return owner == string(rec.Key.Type) || bytes.Contains(rec.Body, []byte(`"`+owner+`"`)) // contained
	}) || bytes.Contains(rec.Body, []byte(access.LabelSystem))
}

// redact takes out of a resource what rules withhold; changed is false, and the body the same, when there is nothing.
func (s *Server) redact(body []byte, rules []access.Rule) (redacted []byte, changed bool, err error) {
	tree, faults := element.Parse(s.Definitions, body, s.Limits.Element)
	if faults.Failed() {
		return nil, false, errUnreadable
	}
	withheld, narrative := map[int]bool{}, false
	for i := range tree.Len() {
		n := tree.Node(i)
		for _, rule := range rules {
			if ruleTouches(rule, n) {
				withheld[n.Index()] = true
				narrative = narrative || rule.Narrative
			}
		}
	}
	if len(withheld) == 0 {
		return body, false, nil
	}
	return search.Redact(tree.Root(), func(n element.Node) bool {
		return !withheld[n.Index()] && !(narrative && n.Name() == "text" && n.Parent().IsResource())
	}), true, nil
}

func ruleTouches(rule access.Rule, n element.Node) bool {
	if e := n.Element(); e != nil && slices.Contains(rule.Paths, e.Path) {
		return true
	}
	return rule.Label != "" && labelledInline(n, rule.Label)
}

func labelledInline(n element.Node, code string) bool {
	for extension := range n.Children() {
		if extension.Name() != "extension" || extension.Child("url").Text() != inlineLabel {
			continue
		}
		coding := extension.Child("value")
		if coding.Child("system").Text() == access.LabelSystem && coding.Child("code").Text() == code {
			return true
		}
	}
	return false
}

// detailRedacted is the detail of a write of what its writer does not see whole.
const detailRedacted = "redacted-view"

// mayOverwrite refuses to write back what the caller saw without some of its elements: they would be lost.
func (tx *guardedTx) mayOverwrite(rec store.Record) error {
	if rec.Deleted() || !mayWithhold(rec) {
		return nil
	}
	label, err := tx.tx.Tx.Label(rec.Key)
	if err != nil {
		return err
	}
	_, changed, err := tx.server.redact(rec.Body, tx.decision.Withheld(label))
	if err == nil && changed {
		return fhir.Errorf(fhir.CodeConflict, "this caller sees the resource without some of its elements, and writing it back would lose them").Detailed(detailRedacted)
	}
	return err
}

// blinded writes into a condition that parameters which read withheld elements have no value in the records they are withheld in, and
// refuses to sort by them.
func (r *guardedReader) blinded(q query.Query) (query.Query, error) {
	if !r.decision.Blind() {
		return q, nil
	}
	for _, key := range q.Sort {
		if r.server.tells(key.Parameter) {
			return q, notAllowedHere("this caller may not sort by %s: in some records it is withheld", key.Parameter)
		}
	}
	q.Where = r.blind(q.Where)
	return q, nil
}

func (r *guardedReader) blind(e query.Expr) query.Expr {
	switch e := e.(type) {
	case query.And:
		return query.And(r.blindAll(e))
	case query.Or:
		return query.Or(r.blindAll(e))
	case query.Not:
		return query.Not{Expr: r.blind(e.Expr)}
	case query.Chain:
		e.Where = r.blind(e.Where)
		return r.telling(e, e.Parameter, false)
	case query.Has:
		e.Where = r.blind(e.Where)
		return e // the other resource's reference; what is asked of that resource is in Where
	case query.Match:
		return r.telling(e, e.Parameter, false)
	case query.Missing:
		return r.telling(e, e.Parameter, true)
	}
	return e
}

func (r *guardedReader) blindAll(parts []query.Expr) []query.Expr {
	out := make([]query.Expr, len(parts))
	for i, part := range parts {
		out[i] = r.blind(part)
	}
	return out
}

// telling restricts a test on a parameter that tells of whereabouts to the records whose are not withheld; elsewhere it is what it
// would be without a value.
func (r *guardedReader) telling(e query.Expr, p *query.Parameter, without bool) query.Expr {
	if !r.server.tells(p) {
		return e
	}
	unrestricted := r.decision.Unrestricted(r.server.Registry.Access(p.Base))
	if without {
		return query.Or{e, query.Not{Expr: unrestricted}}
	}
	return query.And{e, unrestricted}
}

// tells reports whether a parameter's expression reads an element that may be withheld.
func (s *Server) tells(p *query.Parameter) bool {
	if known, ok := s.telling.Load(p); ok {
		return known.(bool)
	}
	tells := false
	if d := s.Registry.Definition(p); d != nil {
		tells = slices.ContainsFunc(access.Whereabouts(), func(path string) bool {
			at := strings.Index(d.Expression, path)
			return at >= 0 && !isNameByte(d.Expression, at+len(path))
		})
	}
	s.telling.Store(p, tells)
	return tells
}

// isNameByte reports whether a name goes on at a place: "Patient.address" is not in "Patient.addressBook".
func isNameByte(text string, at int) bool {
	if at >= len(text) {
		return false
	}
	c := text[at] | 0x20
	return c >= 'a' && c <= 'z'
}
