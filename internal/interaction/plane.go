package interaction

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// planeCommit is one Update of an operation of the admin plane. Such an operation has decided who may do what
// it does; it sees and writes what its caller may not.
func (s *Server) planeCommit(ctx context.Context, fn func(tx *labelling) error) error {
	return s.write(ctx, func(tx store.Tx) error {
		labels := s.newLabelling(tx)
		if err := fn(labels); err != nil {
			return err
		}
		return labels.settle()
	})
}

// covers refuses an operation that does what the scopes do not cover, whatever resource of the type it is.
func (g *guard) coversAll(t fhir.Type, wanted smart.Permissions) error {
	if g == nil {
		return nil
	}
	where, err := g.server.Login.Rules.Restrict(g.principal, t, wanted)
	if err == nil && where != nil {
		return smart.Insufficient(t, wanted)
	}
	return err
}

// made is a resource that this server writes itself.
func (s *Server) made(body []byte, t fhir.Type) (incoming, error) {
	node, err := s.parse(body, t)
	if err != nil {
		return incoming{}, fhir.Errorf(fhir.CodeException, "a resource of this server's own cannot be read")
	}
	in := incoming{node: node}
	return in, s.index(&in)
}

// editable is a resource that this server wrote, to change some of it.
func editable(body []byte) (members map[string]any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	return members, decoder.Decode(&members)
}

// putMade stores a resource that this server writes itself.
func (l *labelling) putMade(key fhir.Key, method store.Method, body []byte) (store.Record, error) {
	in, err := l.server.made(body, key.Type)
	if err != nil {
		return store.Record{}, err
	}
	return l.Put(in.prepared(key, method))
}

// putEdited stores what was editable.
func (l *labelling) putEdited(key fhir.Key, members map[string]any) (store.Record, error) {
	body, err := json.Marshal(members)
	if err != nil {
		return store.Record{}, err
	}
	return l.putMade(key, store.Update, body)
}

// amend changes some of a resource that this server wrote, and that is stored so.
func (l *labelling) amend(key fhir.Key, stored []byte, change func(map[string]any)) error {
	body, err := editable(stored)
	if err != nil {
		return errUnreadable
	}
	change(body)
	_, err = l.putEdited(key, body)
	return err
}

// facts visits the facts of a type that satisfy a condition: what has the label of facts, and nothing that a
// plan brought along.
func (s *Server) eachFact(rd searcher, t fhir.Type, where query.Expr, visit func(store.Record, element.Node)) error {
	q := query.Query{Types: []fhir.Type{t}, Count: 1000, Total: query.TotalNone,
		Where: query.And{where, s.hasToken(t, "_security", access.LabelSystem, access.LabelFact)}}
	for {
		page, err := rd.Search(&q)
		if err != nil {
			return err
		}
		for _, rec := range page.Matches {
			tree, faults := element.Parse(s.Definitions, rec.Body, s.Limits.Element)
			if faults.Failed() {
				return errUnreadable
			}
			visit(rec, tree.Root())
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
}

// searcher is the part of a Reader that facts are found by.
type searcher interface {
	Search(*query.Query) (store.Page, error)
}

func (s *Server) hasToken(t fhir.Type, code, system, value string) query.Expr {
	return query.Match{Parameter: s.Registry.Parameter(t, code), Test: query.TokenTest{System: system, Code: value}}
}

// times reads dates as searches do.
func (s *Server) times() careplan.Times { return timesOf(s.Parser) }

func timesOf(parser *search.Parser) careplan.Times {
	return func(text string) (start, end time.Time, ok bool) {
		p, ok := parser.Period(text)
		return time.UnixMicro(p.Low), time.UnixMicro(p.High), ok && text != ""
	}
}

// takeTurn makes the operations that work on one thing at once come one after the other: of two, the second
// runs again on what the first did. It gives whose turn was last, which is next when nobody's was.
func takeTurn(tx store.Tx, space, value string, next fhir.Key) (last fhir.Key, err error) {
	for range maxLooks {
		owner, fresh, err := tx.Claim(space, value, next)
		if err != nil || fresh || owner == next {
			return owner, err
		}
		if moved, err := tx.Reclaim(space, value, owner, next); err != nil || moved {
			return owner, err
		}
	}
	return last, store.ErrConflict
}

// current reads a resource that is there now, whoever may see it; the zero Node and ErrNotFound for what is not.
func (s *Server) current(rd store.Reader, key fhir.Key) (store.Record, element.Node, error) {
	rec, err := rd.Get(key)
	if err != nil {
		return rec, element.Node{}, err
	}
	if rec.Deleted() {
		return rec, element.Node{}, store.ErrNotFound
	}
	tree, faults := element.Parse(s.Definitions, rec.Body, s.Limits.Element)
	if faults.Failed() {
		return rec, element.Node{}, errUnreadable
	}
	return rec, tree.Root(), nil
}
