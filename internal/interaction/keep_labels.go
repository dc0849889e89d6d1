package interaction

import (
	"reflect"
	"slices"
	"time"

	"hearken/fhir/element"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/store"
	"hearken/profiles"
)

// keepLabels refuses a write that leaves an element as it is and takes a label of ours off it: like those of
// meta.security, labels of elements go up here, and are taken away by administrators. Changing the element,
// or leaving it out, is its writer's to do, and so is when a withholding ends.
func (tx *guardedTx) keepLabels(p *store.Prepared, before store.Record) error {
	if !mayMention(before.Body, access.LabelSystem) || tx.caller.Role == access.Administrator {
		return nil
	}
	stored, err := tx.server.parse(before.Body, p.Key.Type)
	if err != nil {
		return errUnreadable
	}
	sent, err := tx.server.parse(p.Stamp(1, time.Time{}), p.Key.Type)
	if err != nil {
		return errUnreadable
	}
	for _, n := range labelledIn(tx.server.times(), stored) {
		if tx.lowered(sent, n) {
			return access.Lowered()
		}
	}
	return nil
}

// labelledIn are the elements with labels that withhold them from the person.
func labelledIn(times careplan.Times, root element.Node) (found []element.Node) {
	for i := 1; i < root.Tree().Len(); i++ {
		n := root.Tree().Node(i)
		if says := times.WithholdingOf(n); slices.ContainsFunc(access.PersonLabels, says.Has) {
			found = append(found, n)
		}
	}
	return found
}

// lowered reports whether a resource has an element that says what one stored before does, and more of them
// without its labels than had been.
func (tx *guardedTx) lowered(sent, stored element.Node) bool {
	times, want := tx.server.times(), bare(stored)
	wanted := times.WithholdingOf(stored)
	without := func(root element.Node) (count int) {
		for i := 1; i < root.Tree().Len(); i++ {
			n := root.Tree().Node(i)
			if n.Element() != stored.Element() || !reflect.DeepEqual(bare(n), want) {
				continue
			}
			if says := times.WithholdingOf(n); slices.ContainsFunc(wanted.Labels, func(label string) bool { return !says.Has(label) }) {
				count++
			}
		}
		return count
	}
	return without(sent) > without(stored.Tree().Root())
}

// bare is what an element says but for how it is labelled.
func bare(n element.Node) any {
	return valueOf(n, careplan.InlineLabel, profiles.Withholding)
}
