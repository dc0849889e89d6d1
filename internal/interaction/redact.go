package interaction

import (
	"bytes"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/redaction"
	"hearken/internal/store"
)

// shown is a record as the caller sees it: without the elements that are withheld from them. It happens where
// records leave the store, so that every surface shows the same.
func (r *guardedReader) shown(rec store.Record) (store.Record, error) {
	if rec.Deleted() || !mayTouch(r.decision.MostWithheld(), &rec) {
		return rec, nil
	}
	label, err := r.inner.Label(rec.Key)
	if err != nil {
		return store.Record{}, err
	}
	return r.redacted(rec, label)
}

func (r *guardedReader) allShown(records []store.Record) (err error) {
	for i := range records {
		if records[i], err = r.shown(records[i]); err != nil {
			return err
		}
	}
	return nil
}

// mayTouch tells at sight that rules touch nothing of a record: neither its type nor anything in it is what
// they are about.
func mayTouch(rules []access.Rule, rec *store.Record) bool {
	if escapes(rec.Body) {
		return len(rules) > 0
	}
	labelled := bytes.Contains(rec.Body, []byte(access.LabelSystem))
	return slices.ContainsFunc(rules, func(rule access.Rule) bool {
		return rule.Label != "" && labelled || rule.Extension != "" && bytes.Contains(rec.Body, []byte(rule.Extension)) || mayHave(rule.Paths, rec)
	})
}

// mayHave tells at sight that a record without escapes has none of some elements: they are of other types
// than it and all that is in it.
func mayHave(paths []string, rec *store.Record) bool {
	within := len(paths) > 0 && bytes.Count(rec.Body, []byte(`"resourceType"`)) > 1
	last := "" // paths of a type stand together
	for _, path := range paths {
		owner, _, _ := strings.Cut(path, ".")
		if owner == last {
			continue
		}
		if last = owner; owner == string(rec.Key.Type) || within && bytes.Contains(rec.Body, []byte(`"`+owner+`"`)) {
			return true
		}
	}
	return false
}

// mayMention tells at sight that JSON does not have a text: neither as it is nor with escapes, in which it
// may be written.
func mayMention(body []byte, text string) bool {
	return bytes.Contains(body, []byte(text)) || escapes(body)
}

// escapes reports whether JSON has escapes that may stand for what texts are searched for.
func escapes(body []byte) bool {
	return bytes.Contains(body, []byte(`\u`)) || bytes.Contains(body, []byte(`\/`))
}

// redacted takes out of a record with this label what rules withhold from the caller. What they could not
// write back without losing something is Partial.
func (g *guard) redacted(rec store.Record, label []query.Token) (store.Record, error) {
	rules := g.decision.Withheld(label)
	if !mayTouch(rules, &rec) {
		return rec, nil
	}
	tree, faults := element.Parse(g.server.Definitions, rec.Body, g.server.Limits.Element)
	if faults.Failed() {
		return store.Record{}, errUnreadable
	}
	found := g.withheld(tree, rules)
	if len(found.nodes) > 0 {
		rec.Body = redaction.Resource(tree.Root(), g.server.Limits.Element, g.judge, !found.partial, func(n element.Node) bool { return found.nodes[n.Index()] })
		rec.Partial = found.partial
	}
	return rec, nil
}

// judge is the judge of what is shown: by the definitions that were in force when the request began.
func (g *guard) judge(tree *element.Tree) fhir.Outcome { return g.definitions.Validate(tree) }

// withholding is what is withheld of a resource.
type withholding struct {
	nodes   map[int]bool // by Node.Index
	partial bool         // more than the details of key safes, which are kept whoever writes: see keepKeySafes
}

func (g *guard) withheld(tree *element.Tree, rules []access.Rule) withholding {
	found, times := withholding{nodes: map[int]bool{}}, g.server.times()
	for i := range tree.Len() {
		n := tree.Node(i)
		says := times.WithholdingOf(n)
		for _, rule := range rules {
			if g.touches(rule, n, &says) {
				found.nodes[i] = true
				found.partial = found.partial || rule.Name != access.LabelKeySafe
			}
		}
	}
	if len(found.nodes) == 0 {
		return found
	}
	for i := range tree.Len() {
		if n := tree.Node(i); n.Name() == "text" && n.Parent().IsResource() { // it may say in words what is withheld
			found.nodes[i] = true
		}
	}
	return found
}

// touches reports whether a rule withholds an element.
func (g *guard) touches(rule access.Rule, n element.Node, says *careplan.Withholding) bool {
	e := n.Element()
	switch {
	case e == nil: // the resource itself is withheld by its label, not by a rule
		return false
	case slices.Contains(rule.Paths, e.Path):
		return true
	case rule.Extension != "" && n.Child("url").Text() == rule.Extension:
		return true
	}
	return says.Holds(rule.Label, g.caller.Now)
}

// detailRedacted is the detail of a write of what its writer does not see whole.
const detailRedacted = "redacted-view"

// mayOverwrite refuses to write back what the caller saw without some of its elements: they would be lost.
func (tx *guardedTx) mayOverwrite(rec store.Record) error {
	if rec.Deleted() || !mayTouch(tx.decision.MostWithheld(), &rec) {
		return nil
	}
	label, err := tx.tx.Tx.Label(rec.Key)
	if err != nil {
		return err
	}
	seen, err := tx.redacted(rec, label)
	if seen.Partial {
		return fhir.Errorf(fhir.CodeConflict, "this caller sees the resource without some of its elements, and writing it back would lose them").Detailed(detailRedacted)
	}
	return err
}
