package embedded

import (
	"bytes"
	"slices"
	"strings"

	"hearken/fhir/search/query"
)

// The sorts of what is hashed.
const (
	hashClaim           = 'U'
	hashHistory         = 'H' // a history query, for its cursors
	hashQuery           = 'W' // a search
	hashNumbers         = '#' // the parameter numbers of a search
	hashCode            = 'c' // code of a token that is part of a composite, whatever its system
	hashToken           = 't' // system and code
	hashSystem          = 's' // system, whatever the code
	hashTypedIdentifier = 'y'
	hashURL             = 'u' // URL of a link
	hashLinkCode        = 'C' // of a link's identifier, as above
	hashLinkToken       = 'T'
	hashLinkSystem      = 'S'
	hashUnit            = 'q' // system and code of a quantity
	hashAnyUnit         = 'Q' // its code or its human unit, whatever the system
	hashPart            = 'p' // of a composite: the number of the part, then another hash
)

// The sorts of ordered values: the first byte of the value of an O key.
const (
	orderedText     = 's' // folded text
	orderedPart     = 'p' // folded later word of a family name
	orderedDisplay  = 'd' // folded words of a token
	orderedURI      = 'u'
	orderedLow      = 'l' // period: low, high
	orderedHigh     = 'h' // period: high, low
	orderedNumber   = 'n' // number or amount: low, high
	orderedRange    = 'N' // high, low of a number whose low and high differ
	orderedQuantity = 'q' // hash of the unit, then as orderedNumber
	orderedUnits    = 'Q' // hash of the unit, then as orderedRange
)

// maxOrderedText is how many bytes of text stand in an O key; what is longer is told apart by the forward record.
const maxOrderedText = 256

// The classes of an S value: its first byte.
const (
	sortRanked   = 1 // a rank follows
	sortUnranked = 2 // there are values, but none to sort by
)

// The directions of an S key. A document has either a mirrored key, which serves both directions, or where its
// descending rank is not the mirror of the ascending one (a period; several values) a key for each.
const (
	mirrored   = 0
	ascending  = 1
	descending = 2
)

// posting is a key of the index, mostly without the document at its end.
type posting struct {
	key   []byte
	apart bool // in P and E: not what its document is sorted by, or known by to have a value; its value is then apartMark
}

// apartMark is the value of a posting that is apart.
var apartMark = []byte{1}

// value is what stands beside the key.
func (p posting) value() []byte {
	if p.apart {
		return apartMark
	}
	return nil
}

func comparePostings(a, b posting) int { return bytes.Compare(a.key, b.key) }

// The sorts of names: what N keys have before the rank.
const (
	nameToken = 'c' // the hash of a token follows the rank
	nameLink  = 'l' // type and number of a target follow
)

// postingWriter makes the posting keys of one document, parameter by parameter and without the document. What
// it makes lies in few pieces of memory, of which each parameter gets its part.
type postingWriter struct {
	hash    *hasher
	space   []byte    // what the keys are slices of
	entries []byte    // of the forward record
	keys    []posting // of all parameters so far
	names   [][]byte  // of tokens
	value   []byte    // the entry being written
	values
}

// values is what a postingWriter knows of the values of one parameter.
type values struct {
	t      typeNumber
	p      parameterNumber
	plain  bool // access labels: neither sorted by, nor searched but by system and code
	keys0  int  // where the parameter's part of keys begins
	names0 int
	entry0 int
	low    []byte // least ascending rank
	top    []byte // greatest ascending rank of what the descending one is the mirror of
	high   []byte // least descending rank of the rest
	sort   byte   // nameToken or nameLink while all ranks are of such values, in full; 0 before the first
	token  int    // the last token's place in keys
	some   bool   // there are values
}

// mixed is the sort of a postingWriter whose values have no names to be sorted by.
const mixed = 'x'

func (w *postingWriter) begin(t typeNumber, p parameterNumber, plain bool) {
	w.values = values{t: t, p: p, plain: plain, keys0: len(w.keys), names0: len(w.names), entry0: len(w.entries)}
}

// expect makes room for what so many values will probably need.
func (w *postingWriter) expect(values int) {
	w.keys = make([]posting, 0, 2*values)
	w.names = make([][]byte, 0, values)
	w.entries = make([]byte, 0, 48*values)
	w.space = make([]byte, 0, 80*values)
}

// pieceSize is how many bytes of keys are allocated together where they are more than expected.
const pieceSize = 1024

// open begins a key of a family; close ends it with what was appended to it.
func (w *postingWriter) open(family byte) []byte {
	if cap(w.space)-len(w.space) < pieceSize/8 {
		w.space = make([]byte, 0, pieceSize)
	}
	return order.AppendUint16(append(w.space[len(w.space):], family, byte(w.t)), uint16(w.p))
}

func (w *postingWriter) close(key []byte) {
	w.keys = append(w.keys, posting{key: w.keep(key)})
}

// keep takes what was appended to a key out of the free space.
func (w *postingWriter) keep(key []byte) []byte {
	if end := len(w.space) + len(key); end <= cap(w.space) {
		w.space = w.space[:end]
	} else {
		w.space = nil // the key has moved out of it
	}
	return slices.Clip(key)
}

// end adds the sort keys of the parameter and gives all its keys, sorted and each once. Where all values are
// one token or one local reference, no sort key is needed: the documents of the value are, in the order of
// its name.
func (w *postingWriter) end() []posting {
	own := w.keys[w.keys0:]
	named := w.named()
	for i := range own {
		own[i].apart = own[i].key[0] == familyEquality && !(named == nameToken && bytes.Equal(own[i].key, w.keys[w.token].key))
	}
	if named == 0 && w.some {
		w.endSorted()
	}
	own = distinctPostings(w.keys[w.keys0:])
	for i := range own {
		own[i].apart = own[i].apart || w.plain && i > 0
	}
	w.keys = w.keys[:w.keys0+len(own)]
	return slices.Clip(own)
}

// endSorted adds the sort keys.
func (w *postingWriter) endSorted() {
	high := w.mirrored()
	if w.low == nil || isMirror(w.low, high) {
		w.close(appendSort(w.open(familySort), mirrored, w.low))
		return
	}
	w.close(appendSort(w.open(familySort), ascending, w.low))
	w.close(appendSort(w.open(familySort), descending, high))
}

func distinctPostings(list []posting) []posting {
	slices.SortFunc(list, comparePostings)
	return slices.CompactFunc(list, func(a, b posting) bool { return bytes.Equal(a.key, b.key) })
}

// named is the sort of name all values share; 0 where they have several or none.
func (w *postingWriter) named() byte {
	if w.plain {
		return nameToken
	}
	if w.sort == mixed || !bytes.Equal(w.low, w.top) {
		return 0
	}
	return w.sort
}

// mirrored is the least descending rank of all.
func (w *postingWriter) mirrored() []byte {
	if w.top == nil {
		return w.high
	}
	mirror := bytes.Clone(w.top)
	complementBytes(mirror)
	return lesser(w.high, mirror)
}

func appendSort(prefix []byte, direction byte, rank []byte) []byte {
	if rank == nil {
		return appendEscaped(append(prefix, direction), []byte{sortUnranked})
	}
	return appendEscaped(append(prefix, direction, sortRanked), rank)
}

func isMirror(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != ^b[i] {
			return false
		}
	}
	return true
}

// documentIn is the document as it stands at the end of a posting: complemented in a descending S key, because
// ties of a descending sort come in descending order of documents.
func documentIn(key []byte, d document) uint32 {
	if key[0] == familySort && key[4] == descending {
		return ^uint32(d)
	}
	return uint32(d)
}

// rank notes what a value is sorted by, and gives it.
func (w *postingWriter) rank(v query.Value) []byte {
	w.some = true
	rank, ok := query.Rank(v, false)
	if !ok {
		return nil
	}
	w.low = lesser(w.low, rank)
	switch v.(type) {
	case query.Period, query.Number, query.Quantity:
		high, _ := query.Rank(v, true)
		w.high = lesser(w.high, high)
	default:
		if bytes.Compare(rank, w.top) > 0 {
			w.top = rank
		}
	}
	if sort := sortOfName(v); w.sort == 0 {
		w.sort = sort
	} else if sort != w.sort {
		w.sort = mixed
	}
	return rank
}

// sortOfName is the sort of name a ranked value has by which documents can be sorted: one that no other value has.
func sortOfName(v query.Value) byte {
	switch v := v.(type) {
	case query.Token:
		if len(v.Code) <= query.MaxRankText && len(v.System) <= query.MaxRankText {
			return nameToken
		}
	case query.Link:
		if v.URL == "" && len(v.Key.Type)+1+len(v.Key.ID) <= query.MaxRankText {
			return nameLink
		}
	}
	return mixed
}

// lesser is the lesser of two ranks, the first of which may be nil.
func lesser(least, rank []byte) []byte {
	if least == nil || bytes.Compare(rank, least) < 0 {
		return rank
	}
	return least
}

func (w *postingWriter) equal(hash [hashSize]byte) {
	w.close(append(w.open(familyEquality), hash[:]...))
}

func (w *postingWriter) ordered(value []byte) {
	w.close(appendEscaped(w.open(familyOrdered), value))
}

// add makes the postings of one value.
func (w *postingWriter) add(v query.Value) {
	if token, ok := v.(query.Token); ok {
		w.addToken(token)
		return
	}
	w.rank(v)
	switch v := v.(type) {
	case query.Text:
		sort := byte(orderedText)
		if v.Part {
			sort = orderedPart
		}
		w.ordered(orderedWords(sort, query.Fold(v.Text)))
	case query.Display:
		w.ordered(orderedWords(orderedDisplay, query.Fold(v.Text)))
	case query.URI:
		w.ordered(orderedWords(orderedURI, v.URI))
	case query.Period:
		w.ordered(orderedTimes(orderedLow, v.Low, v.High))
		w.ordered(orderedTimes(orderedHigh, v.High, v.Low))
	case query.Number:
		w.numbers(nil, v.Low, v.High)
	case query.Quantity:
		w.quantity(v)
	case query.Composite:
		for i, part := range v.Parts {
			for _, hash := range w.hash.ofValue(part) {
				w.equal(w.hash.ofPart(i, hash))
			}
		}
	default:
		for _, hash := range w.hash.ofValue(v) {
			w.equal(hash)
		}
	}
}

// addToken makes the one posting of a token, and the name that leads from its code to it.
func (w *postingWriter) addToken(v query.Token) {
	hash := w.hash.pair(hashSystem, hashToken, v.System, v.Code)
	w.token = len(w.keys)
	w.equal(hash)
	if w.plain {
		return
	}
	rank := w.rank(v)
	name := append(append(w.open(familyName), nameToken), rank...)
	w.names = append(w.names, w.keep(append(name, hash[:]...)))
}

// ofValue is the hashes by which a token, an identifier or the URL of a link is found.
func (h *hasher) ofValue(v query.Value) [][hashSize]byte {
	switch v := v.(type) {
	case query.Token:
		return [][hashSize]byte{h.sum(hashCode, v.Code), h.pair(hashSystem, hashToken, v.System, v.Code)}
	case query.TypedIdentifier:
		return [][hashSize]byte{h.sum(hashTypedIdentifier, v.System, v.Code, v.Value)}
	case query.LinkIdentifier:
		return [][hashSize]byte{h.sum(hashLinkCode, v.Code), h.pair(hashLinkSystem, hashLinkToken, v.System, v.Code)}
	case query.Link:
		if v.URL != "" {
			return [][hashSize]byte{h.sum(hashURL, v.URL)}
		}
	}
	return nil
}

// pair is the hash of a system and a code: its first half is that of the system alone, so that one posting serves
// both "system|code" and "system|".
func (h *hasher) pair(system, token byte, systemURI, code string) (hash [hashSize]byte) {
	first, second := h.sum(system, systemURI), h.sum(token, systemURI, code)
	copy(hash[:hashHalf], first[:])
	copy(hash[hashHalf:], second[:])
	return hash
}

// ofPart is the hash of a part of a composite. Its first half depends on the first half of hash alone, as in pair.
func (h *hasher) ofPart(part int, hash [hashSize]byte) (of [hashSize]byte) {
	number := string([]byte{byte(part)})
	first, second := h.sum(hashPart, number, string(hash[:hashHalf])), h.sum(hashPart, number, string(hash[:]))
	copy(of[:hashHalf], first[:])
	copy(of[hashHalf:], second[:])
	return of
}

func (w *postingWriter) quantity(v query.Quantity) {
	w.numbers(nil, v.Low, v.High)
	for _, unit := range w.hash.units(v) {
		w.numbers(unit[:], v.Low, v.High)
	}
}

// units is the hashes of the units a quantity is found by: of its system and code, of its code, of its human form.
func (h *hasher) units(v query.Quantity) [][hashSize]byte {
	units := [][hashSize]byte{h.sum(hashUnit, v.System, v.Code), h.sum(hashAnyUnit, v.Code)}
	if v.Unit != v.Code {
		units = append(units, h.sum(hashAnyUnit, v.Unit))
	}
	return units
}

func (w *postingWriter) numbers(unit []byte, low, high query.Decimal) {
	value, ranged := byte(orderedNumber), byte(orderedRange)
	if unit != nil {
		value, ranged = orderedQuantity, orderedUnits
	}
	w.ordered(orderedNumbers(value, unit, low, high))
	if low != high {
		w.ordered(orderedNumbers(ranged, unit, high, low))
	}
}

func orderedWords(sort byte, text string) []byte {
	return append([]byte{sort}, text[:min(len(text), maxOrderedText)]...)
}

func orderedTimes(sort byte, first, second int64) []byte {
	return order.AppendUint64(order.AppendUint64([]byte{sort}, sortableTime(first)), sortableTime(second))
}

// sortableTime maps signed microseconds to an unsigned number of the same order.
func sortableTime(µs int64) uint64 { return uint64(µs) ^ 1<<63 }

// orderedNumbers parts two numbers by a zero byte, which no Decimal holds.
func orderedNumbers(sort byte, unit []byte, first, second query.Decimal) []byte {
	value := append(append([]byte{sort}, unit...), first...)
	return append(append(value, 0), second...)
}

// splitNumbers undoes orderedNumbers after sort and unit.
func splitNumbers(value []byte) (first, second query.Decimal) {
	a, b, _ := strings.Cut(string(value), "\x00")
	return query.Decimal(a), query.Decimal(b)
}
