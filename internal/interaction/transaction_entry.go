package interaction

import (
	"context"
	"strings"

	"hearken/fhir"
	"hearken/fhir/bundle"
	"hearken/fhir/element"
	"hearken/internal/store"
)

// entry is one entry of a transaction.
type entry struct {
	position  int
	request   *request
	phase     phase
	node      element.Node // its resource; zero when it has none
	fullURL   string
	root      string // of a fullUrl in REST form, what relative references in the resource are relative to
	condition *criteria
	settling  settling // of creates and updates
	reading   reading  // of reads
	remarks   fhir.Outcome
	links     []linkage // the places that are rewritten

	assumed  fhir.Key // what it is taken to be identified as
	draft    incoming // the resource as it will be stored under that assumption
	edits    []element.Edit
	identity fhir.Key // what the run of the Update found; zero when it did not come so far
}

// writesResource reports whether the entry stores a resource of its own.
func (e *entry) writesResource() bool { return e.phase == creating || e.phase == updating }

// typ is the resource type the entry is about.
func (e *entry) typ() fhir.Type { return e.request.key.Type }

// readEntry reads an entry's request and makes it ready as far as that needs neither its resource's content
// nor the store.
func (s *Server) readEntry(ctx context.Context, outer *Call, node element.Node, position int) (*entry, error) {
	e := &entry{position: position, node: node.Child("resource"), fullURL: node.Child("fullUrl").Text()}
	asked := requestOf(node)
	c, err := asked.call(outer)
	if err == nil {
		e.request, err = s.route(c)
	}
	if err != nil {
		return e, atEntry(err, position, "")
	}
	e.request.guard = guardOf(ctx)
	if e.phase = phaseOf(c.Method); e.request.row.read != nil {
		e.phase = readingPhase // POST to _search
	}
	if i := strings.Index(e.fullURL, "/_history/"); i >= 0 {
		return e, fhir.Errorf(fhir.CodeInvalid, "a fullUrl is never that of a version").At(entryLocation(position) + ".fullUrl")
	}
	e.root = bundle.Root(e.fullURL, s.Definitions.IsResource)
	return e, atEntry(s.readyEntry(ctx, e), position, e.typ())
}

// route finds the interaction of an entry: one that exists and that can be part of a transaction.
func (s *Server) route(c Call) (*request, error) {
	r := s.locate(c)
	allowed := s.at(r)
	if len(allowed) == 0 {
		return nil, unknownPath(s.Definitions, c.Path)
	}
	r.row = rowFor(allowed, c.Method)
	switch {
	case r.row != nil && r.row.read == nil && r.extended != nil:
		return nil, fhir.Errorf(fhir.CodeNotSupported, "$%s cannot be part of a transaction, only of a batch", r.extended.name).Detailed("method-not-allowed")
	case r.row == nil, r.row.read == nil && !transactional[r.row.interaction]:
		return nil, fhir.Errorf(fhir.CodeNotSupported, "the method cannot be used on this url in a transaction").Detailed("method-not-allowed")
	}
	r.Parameters, r.wire = withoutWire(c.Parameters)
	return r, nil
}

// transactional are the writes that can be entries of a transaction.
var transactional = map[string]bool{codeCreate: true, codeUpdate: true, codeDelete: true}

func (s *Server) readyEntry(ctx context.Context, e *entry) (err error) {
	r := e.request
	if e.phase == readingPhase {
		if r.extended != nil {
			r.Body = e.node.Source()
		}
		e.reading, err = r.row.read(s, ctx, r)
		return err
	}
	if err = s.readyCondition(e); err != nil || e.phase == deleting {
		return err
	}
	if e.node.IsZero() {
		return fhir.Errorf(fhir.CodeRequired, "an entry that creates or updates must have a resource").Detailed("entry-resource")
	}
	if typ := e.node.Structure().Name; typ != string(e.typ()) {
		return fhir.Errorf(fhir.CodeInvalid, "the resource is of another type than the url").At(e.node.Location()).Detailed("type-mismatch")
	}
	return s.proposeIdentity(e)
}

// readyCondition reads If-None-Exist, or the query of a conditional update or delete.
func (s *Server) readyCondition(e *entry) (err error) {
	r := e.request
	switch {
	case e.phase == creating:
		e.condition, err = s.ifNoneExist(e.typ(), r.IfNoneExist)
	case r.shape == atType:
		e.condition, err = s.criteriaOf(e.typ(), r.Parameters)
	}
	return err
}

// proposeIdentity says what the entry's resource will be identified as unless conditions say otherwise.
func (s *Server) proposeIdentity(e *entry) (err error) {
	in := incoming{node: e.node}
	r := e.request
	switch {
	case e.phase == creating:
		e.settling = s.newSettling(fhir.Key{Type: e.typ(), ID: s.NewID()}, store.Create)
	case r.shape == atType:
		e.settling, err = s.proposal(&in, e.typ())
	case !r.key.ID.Valid():
		return invalidID()
	default:
		e.settling.proposed = r.key
		err = sameID(&in, r.key.ID)
	}
	return err
}
