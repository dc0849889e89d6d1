package interaction

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/store"
)

// inContext is a Binary that was written, with the resource by which it is seen. That may be written after it
// in the same Update, so that what its writer may do with it is decided when all is written.
type inContext struct {
	key, context fhir.Key
	before       []query.Token // the label it had, where it had another context
	changes      bool
}

// detailNoContext is the detail of a Binary that nobody could see.
const detailNoContext = "security-context"

// name notes a Binary that is about to be stored. One without a context that can stand for it would be seen by nobody.
func (tx *guardedTx) name(p *store.Prepared) error {
	node, _ := p.Resource.(element.Node)
	n := inContext{key: p.Key, context: tx.server.contextOf(node)}
	if n.context.IsZero() {
		return fhir.Errorf(fhir.CodeForbidden, "a Binary names, as its securityContext, a resource of this server that is seen by those who are to see the Binary: "+
			"the DocumentReference, the Consent, the Patient; by a literal reference, and no other Binary").At("Binary.securityContext").Detailed(detailNoContext)
	}
	if p.Method != store.Create {
		label, err := tx.tx.Tx.Label(p.Key)
		if foreign(err) != nil {
			return err
		}
		n.before, n.changes = label, err == nil && !access.Names(label, n.context)
	}
	tx.named = append(tx.named, n)
	return nil
}

// mayName refuses Binaries whose context their writer does not see, like those whose context is not there;
// whose context they may not write; and those that were given another that shows them to more people.
func (tx *guardedTx) mayName() error {
	for _, n := range tx.named {
		context, err := tx.server.contextAt(tx.tx, n.context, tx.guard)
		if err != nil {
			return err
		}
		if !tx.decision.See(context.Label) {
			return tx.absent()
		}
		if !slices.Contains(tx.written, n.context) {
			if err := tx.decision.Writable(n.context.Type, context.Label); err != nil {
				return err
			}
		}
		label, err := tx.tx.Label(n.key)
		if err != nil {
			return err
		}
		if n.changes && access.Opens(n.before, label) {
			return notAllowedHere("the other securityContext would show the Binary to more people: store it anew with that")
		}
	}
	return nil
}
