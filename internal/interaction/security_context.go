package interaction

import (
	"context"
	"slices"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/store"
)

// What a Binary is seen by
//
// A Binary says next to nothing of whose it is, and is in no compartment. It is seen by whoever sees the
// resource that it names as its securityContext (https://hl7.org/fhir/R4/binary.html#security): a letter by
// who sees its DocumentReference, an advance decision by who sees the Consent. Its label is made from the
// label of that, in the same Update, whenever one of the two is written or the compartment that the context
// is in is labelled anew. What points at a Binary from elsewhere, such as
// DocumentReference.content.attachment.url, shows it to nobody.
//
//	the context                                     the Binary is seen by
//	is there                                        who sees the context, and a version that is not the newest by who sees what that version names, too
//	is withheld from the person, in whole or part   not the person: what may say the same cannot be shown in part. Of a part, until one of the two is written after its end
//	is not there, or was deleted                    nobody, until it comes
//	is a Binary or an AuditEvent                    nobody: a chain has no end that need be found, and AuditEvents are kept apart
//	is elsewhere, contained, an identifier, none    nobody
//
// Nobody is nobody who logs in, administrators included. A Binary that was stored when its label was not yet
// made so is labelled when it is written, or its context is, or by LabelBinaries.

// contextOf is the resource that a Binary names as its securityContext; the zero Key where it names none on
// this server that can stand for it.
func (s *Server) contextOf(binary element.Node) fhir.Key {
	ref := fhir.ParseReference(binary.Child("securityContext").Child("reference").Text(), s.Definitions.IsResource)
	if ref.Base != "" && ref.Base != s.Extractor.Base || ref.Key.Type == binaryType || ref.Key.Type == auditEventType {
		return fhir.Key{}
	}
	return ref.Key
}

// contextAt looks up what the label of what names a context is made from. It makes the same calls of the
// store for what is not there and for what is hidden from by, of which it reads no more; nil is for this
// server itself.
func (s *Server) contextAt(rd store.Reader, key fhir.Key, by *guard) (context access.Context, err error) {
	context.Key = key
	rec, err := currentOf(rd, key)
	if err != nil {
		return context, err
	}
	label, err := rd.Label(key)
	if err := foreign(err); err != nil {
		return context, err
	}
	if rec.Deleted() || by != nil && !by.decision.See(label) {
		return context, nil
	}
	context.Label, context.Patients, context.Partly = label, s.patientsOf(&rec), s.partly(rec)
	return context, nil
}

// partly reports whether some of a resource is withheld from the person now; of one that cannot be read, it may be.
func (s *Server) partly(rec store.Record) bool {
	root, err := s.parse(rec.Body, rec.Key.Type)
	if err != nil {
		return true
	}
	return slices.ContainsFunc(labelledIn(s.times(), root), func(n element.Node) bool {
		says := s.times().WithholdingOf(n)
		return slices.ContainsFunc(access.PersonLabels, func(label string) bool { return says.Holds(label, s.Now()) })
	})
}

// The bounds of what is looked for at once: a Binary may be large.
const (
	maxNamed  = 256
	maxNaming = 16
)

// relabelNaming gives another label to the Binaries that name what is shown to others than before this Update.
func (l *labelling) relabelNaming() error {
	param := l.server.Registry.Access(binaryType)
	any := make(query.Or, 0, len(l.records)+len(l.moved))
	for _, id := range l.records {
		any = append(any, access.InRecord(param, id))
	}
	for _, key := range l.moved {
		if key.Type != binaryType {
			any = append(any, access.NamedBy(param, key))
		}
	}
	l.records, l.moved = nil, nil
	for part := range slices.Chunk(any, maxNamed) {
		if _, err := l.labelBinaries(part, -1); err != nil {
			return err
		}
	}
	return nil
}

// labelBinaries gives the Binaries that satisfy a condition their label, at most so many; -1 is for all.
func (l *labelling) labelBinaries(where query.Expr, most int) (labelled int, err error) {
	var found []labelledResource
	q := query.Query{Types: []fhir.Type{binaryType}, Where: where, Count: maxNaming, Total: query.TotalNone}
	for {
		page, err := l.Tx.Search(&q)
		if err != nil {
			return 0, err
		}
		for _, rec := range page.Matches {
			found = append(found, l.binary(rec))
		}
		if q.Cursor = page.Next; q.Cursor == "" || most >= 0 && len(found) >= most {
			break
		}
	}
	for _, binary := range found {
		if err := l.relabelIn(binary, nil); err != nil {
			return 0, err
		}
	}
	return len(found), nil
}

// binary is what decides about the label of a stored Binary. One that can no longer be read names nothing.
func (l *labelling) binary(rec store.Record) labelledResource {
	node, index, err := l.read(rec)
	context := fhir.Key{}
	if err == nil {
		context = l.server.contextOf(node)
	}
	return labelledResource{key: rec.Key, resource: resourceOf(binaryType, index), context: &context}
}

// LabelBinaries gives the Binaries of a store that is older than their labels the label they have now, a few
// in a commit; it gives how many those were, which of a store that has been gone over is none. The error is
// one of the store's: what was labelled until then stays so, and the rest goes on being hidden.
func (s *Server) LabelBinaries(ctx context.Context) (labelled int, err error) {
	s.once.Do(s.setUp)
	old := query.Query{Types: []fhir.Type{binaryType}, Where: query.Not{Expr: access.InContext(s.Registry.Access(binaryType))}, Count: 1, Total: query.TotalNone}
	for {
		var page store.Page
		err := s.Store.View(ctx, func(rd store.Reader) (err error) {
			page, err = rd.Search(&old)
			return err
		})
		if err != nil || len(page.Matches) == 0 {
			return labelled, err
		}
		some := 0
		err = s.planeCommit(ctx, func(tx *labelling) (err error) {
			some, err = tx.labelBinaries(old.Where, maxNaming)
			return err
		})
		if err != nil {
			return labelled, err
		}
		labelled += some
	}
}
