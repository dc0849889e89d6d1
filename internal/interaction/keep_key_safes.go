package interaction

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/store"
	"hearken/profiles"
)

// Whoever writes a Patient has read them without the details of key safes, and says nothing of these. So what
// is stored is kept with the address it is of, as long as that address stays as it is. Carrying it to another
// address would send a crew to a door with the number of another one, and dropping it would lose it
// unnoticed: where the address changed, the writer has to say what becomes of it (409). A write that has
// details of its own for some address, or that there is none, is taken as it is.

// detailKeySafeAddress is the detail of a write that changes an address with a key safe, and says nothing of that.
const detailKeySafeAddress = "key-safe-address-changed"

// keepKeySafes makes p keep the details of the version it follows.
func (tx *guardedTx) keepKeySafes(p *store.Prepared, before store.Record) error {
	if !mayMention(before.Body, profiles.KeySafe) {
		return nil
	}
	stored, err := tx.server.parse(before.Body, p.Key.Type)
	if err != nil {
		return errUnreadable
	}
	kept := keySafesIn(stored)
	if len(kept) == 0 {
		return nil
	}
	sent, err := tx.server.parse(p.Stamp(1, time.Time{}), p.Key.Type)
	if err != nil {
		return errUnreadable
	}
	tx.untag(p)
	if len(keySafesIn(sent)) > 0 {
		return nil
	}
	moves, err := tx.keySafeMoves(sent, kept)
	if err != nil {
		return err
	}
	stamp := p.Stamp
	p.Stamp = func(version fhir.VersionID, at time.Time) []byte {
		return tx.withKeySafes(stamp(version, at), p.Key.Type, moves)
	}
	return nil
}

// keySafeMoves finds where each of the details goes: which child of the resource, and the extensions as JSON.
func (tx *guardedTx) keySafeMoves(sent element.Node, kept []element.Node) (map[int][]byte, error) {
	moves, of := map[int][]byte{}, map[int]int{} // and by the Node.Index of the address stored
	for _, extension := range kept {
		address := extension.Parent()
		place, known := of[address.Index()]
		if !known {
			place = placeOf(sent, address, moves)
		}
		if place < 0 {
			return nil, fhir.Errorf(fhir.CodeConflict, "the address of a key safe has changed: say with the new one, by the extension %s, what its details are now or that there is none", profiles.KeySafe).
				Detailed(detailKeySafeAddress)
		}
		if of[address.Index()] = place; known {
			moves[place] = append(moves[place], ',')
		}
		moves[place] = element.AppendJSON(moves[place], extension, element.WriteOptions{})
	}
	return moves, nil
}

// keySafesIn are the extensions with the details of key safes.
func keySafesIn(root element.Node) (found []element.Node) {
	for i := range root.Tree().Len() {
		if n := root.Tree().Node(i); n.Structure().Name == "Extension" && n.Child("url").Text() == profiles.KeySafe {
			found = append(found, n)
		}
	}
	return found
}

// placeOf is which child of a resource says the same as an element stored before, but for key safes, and is
// not taken; -1 for none.
func placeOf(root, stored element.Node, taken map[int][]byte) int {
	want, place := plain(stored), 0
	for child := range root.Children() {
		if taken[place] == nil && child.Element() == stored.Element() && reflect.DeepEqual(plain(child), want) {
			return place
		}
		place++
	}
	return -1
}

// plain is what an element says, but for key safes.
func plain(n element.Node) any { return valueOf(n, profiles.KeySafe) }

// valueOf is what an element says, but for some extensions: as values, so that order and white space do not matter.
func valueOf(n element.Node, but ...string) (value any) {
	keep := func(n element.Node) bool { return !slices.Contains(but, n.Child("url").Text()) }
	if n.IsPrimitive() {
		return [2]any{n.Text(), n.HasValue()}
	}
	decoder := json.NewDecoder(bytes.NewReader(element.AppendJSON(nil, n, element.WriteOptions{Keep: keep})))
	decoder.UseNumber()
	_ = decoder.Decode(&value) // it is our own JSON
	return value
}

// withKeySafes puts extensions into the children of a resource.
func (tx *guardedTx) withKeySafes(body []byte, t fhir.Type, moves map[int][]byte) []byte {
	root, err := tx.server.parse(body, t)
	if err != nil {
		return body // cannot be: it was read before
	}
	children := slices.Collect(root.Children())
	places := slices.Collect(maps.Keys(moves))
	slices.SortFunc(places, func(a, b int) int { // from the back: what is put in moves what comes after
		at, _ := children[a].Span()
		other, _ := children[b].Span()
		return other - at
	})
	for _, place := range places {
		body = withExtension(body, children[place], moves[place])
	}
	return body
}

// withExtension puts an extension into an element that stands in a body.
func withExtension(body []byte, n element.Node, extension []byte) []byte {
	_, end := n.Span()
	at, text := end-1, append(append([]byte(`,"extension":[`), extension...), ']')
	for child := range n.Children() {
		if child.Name() == "extension" {
			_, at = child.Span()
			text = append([]byte{','}, extension...)
		}
	}
	return slices.Insert(body[:len(body):len(body)], at, text...)
}

// redactionTags are the tags of what was read without the details, and is written back.
var redactionTags = []string{"SUBSETTED", "REDACTED"}

// untag takes the tags of a redacted view off what is written: what is stored is whole.
func (tx *guardedTx) untag(p *store.Prepared) {
	isTag := func(system, code string) bool {
		return system == "http://terminology.hl7.org/CodeSystem/v3-ObservationValue" && slices.Contains(redactionTags, code)
	}
	tagged := func(e query.Entry) bool {
		token, _ := e.Value.(query.Token)
		return e.Parameter.Code == "_tag" && isTag(token.System, token.Code)
	}
	p.Index.Entries, p.Encoded = slices.DeleteFunc(slices.Clone(p.Index.Entries), tagged), nil
	stamp := p.Stamp
	p.Stamp = func(version fhir.VersionID, at time.Time) []byte {
		root, err := tx.server.parse(stamp(version, at), p.Key.Type)
		if err != nil {
			return stamp(version, at) // cannot be: it was read before
		}
		return element.AppendJSON(nil, root, element.WriteOptions{Keep: func(n element.Node) bool {
			return n.Name() != "tag" || !isTag(n.Child("system").Text(), n.Child("code").Text())
		}})
	}
}
