package embedded

import (
	"github.com/RoaringBitmap/roaring/v2"

	"hearken/fhir/search/query"
)

// verdict is what a key says of its document.
type verdict uint8

const (
	no    verdict = iota
	yes           // the test holds
	doubt         // the forward record must tell
)

// span is a range of posting keys.
type span struct {
	lower, upper []byte
	judge        func(key []byte) verdict // nil: yes to all
}

// leaf is how a test on one parameter is looked up: the documents of its spans.
type leaf struct {
	spans    []span
	doubtful bool // every yes is a doubt
}

// single is the prefix of a leaf that is one posting list, the sort that bitmaps are kept for; else nil.
func (l leaf) single() []byte {
	if len(l.spans) == 1 && l.spans[0].judge == nil && !l.doubtful {
		return l.spans[0].lower
	}
	return nil
}

func prefixSpan(prefix []byte) span { return span{lower: prefix, upper: after(prefix)} }

func prefixLeaf(prefix []byte) leaf { return leaf{spans: []span{prefixSpan(prefix)}} }

// leafOf plans a test on a parameter that is ready.
func (ev *evaluator) leafOf(p *parameter, test query.Test) (leaf, error) {
	switch test := test.(type) {
	case query.TextTest:
		return ev.textLeaf(p, test), nil
	case query.DisplayTest:
		return ev.wordsLeaf(p, orderedDisplay, test.Text), nil
	case query.TokenTest:
		if test.AnySystem && !test.AnyCode {
			return ev.codeLeaf(p, test.Code)
		}
		return ev.tokenLeaf(p, test, hashCode, hashToken, hashSystem), nil
	case query.LinkIdentifierTest:
		return ev.tokenLeaf(p, test.TokenTest, hashLinkCode, hashLinkToken, hashLinkSystem), nil
	case query.TypedIdentifierTest:
		hash := ev.store.hash.sum(hashTypedIdentifier, test.System, test.Code, test.Value)
		return prefixLeaf(equalityPrefix(p.t, p.number, hash)), nil
	case query.LinkTest:
		return ev.linkLeaf(p, test)
	case query.URITest:
		return uriLeaf(p, test), nil
	case query.DateTest:
		return dateLeaf(p, test), nil
	case query.NumberTest:
		return numberLeaf(p, test, nil), nil
	case query.QuantityTest:
		return ev.quantityLeaf(p, test), nil
	}
	return presenceLeaf(p.t, p.number), nil
}

// sortPrefix is what the S keys of a parameter in one direction begin with.
func sortPrefix(t typeNumber, p parameterNumber, direction byte) []byte {
	return append(parameterPrefix(familySort, t, p), direction)
}

// presenceLeaf is every document that has a value, each to be looked at: every one has a mirrored or an ascending
// S key, or a posting in P or E that is not apart.
func presenceLeaf(t typeNumber, p parameterNumber) leaf {
	return leaf{doubtful: true, spans: []span{
		prefixSpan(sortPrefix(t, p, mirrored)), prefixSpan(sortPrefix(t, p, ascending)),
		prefixSpan(parameterPrefix(familyEquality, t, p)), prefixSpan(parameterPrefix(familyReference, t, p))}}
}

// present is the documents that have a value of the parameter; with ranked, a value to sort by.
func (ev *evaluator) present(t typeNumber, p parameterNumber, ranked bool) (*roaring.Bitmap, error) {
	var class []byte
	if ranked {
		class = []byte{sortRanked}
	}
	var all *roaring.Bitmap
	for _, prefix := range [][]byte{
		append(sortPrefix(t, p, mirrored), class...), append(sortPrefix(t, p, ascending), class...),
		parameterPrefix(familyEquality, t, p), parameterPrefix(familyReference, t, p),
	} {
		found, err := ev.bitmap(prefix)
		if err != nil {
			return nil, err
		}
		switch {
		case all == nil:
			all = found
		case !found.IsEmpty():
			all = roaring.Or(all, found)
		}
	}
	return all, nil
}

// codeLeaf is the documents that have a token of a code, of whatever system: its names tell which there are.
func (ev *evaluator) codeLeaf(p *parameter, code string) (leaf, error) {
	if p.isLabel() {
		return presenceLeaf(p.t, p.number), nil
	}
	l := leaf{doubtful: len(code) >= query.MaxRankText}
	err := ev.walkPrefix(codePrefix(p, code), func(name []byte) bool {
		hash := [hashSize]byte(name[len(name)-hashSize:])
		l.spans = append(l.spans, prefixSpan(equalityPrefix(p.t, p.number, hash)))
		return true
	})
	return l, err
}

// codePrefix is what the names of a code's tokens begin with.
func codePrefix(p *parameter, code string) []byte {
	return appendEscaped(namePrefix(p.t, p.number, nameToken), code[:min(len(code), query.MaxRankText)])
}

func (ev *evaluator) tokenLeaf(p *parameter, test query.TokenTest, code, token, system byte) leaf {
	hash, size := ev.store.hash.ofTokenTest(test, code, token, system)
	if size == 0 {
		return presenceLeaf(p.t, p.number)
	}
	return hashLeaf(p, hash, size)
}

// hashLeaf is the postings whose hash begins with so many bytes of hash. With half of it these are the lists of all
// codes of a system one after the other: not one list, the sort that bitmaps are kept for.
func hashLeaf(p *parameter, hash [hashSize]byte, size int) leaf {
	s := prefixSpan(append(parameterPrefix(familyEquality, p.t, p.number), hash[:size]...))
	if size < hashSize {
		s.judge = func([]byte) verdict { return yes }
	}
	return leaf{spans: []span{s}}
}

func (ev *evaluator) linkLeaf(p *parameter, test query.LinkTest) (leaf, error) {
	var l leaf
	l.doubtful = test.Version != 0
	if test.URL != "" {
		hash := ev.store.hash.sum(hashURL, test.URL)
		l.spans = []span{prefixSpan(equalityPrefix(p.t, p.number, hash))}
		return l, nil
	}
	for name, t := range ev.catalogue.types {
		if test.Key.Type != "" && test.Key.Type != name {
			continue
		}
		key := test.Key
		key.Type = name
		identity, found, err := readIdentity(ev.kv, ev.catalogue, key)
		if err != nil {
			return l, err
		}
		if found {
			l.spans = append(l.spans, prefixSpan(referencePrefix(p.t, p.number, t, identity.d)))
		}
	}
	return l, nil
}

// compositeLeaves are the posting lists of the parts that have some; a document must be in all of them, and then
// its tuples looked at.
func (ev *evaluator) compositeLeaves(p *parameter, test query.CompositeTest) []leaf {
	leaves := []leaf{presenceLeaf(p.t, p.number)}
	for i, part := range test.Parts {
		if hash, size := ev.store.hash.ofTest(part); size > 0 {
			of := ev.store.hash.ofPart(i, hash)
			l := hashLeaf(p, of, size)
			l.doubtful = true
			leaves = append(leaves, l)
		}
	}
	if len(leaves) > 1 {
		leaves = leaves[1:]
	}
	return leaves
}

// ofTest is the hash among those of ofValue that the values a test holds for all have, and how many bytes of it
// they share; 0 when there is none.
func (h *hasher) ofTest(test query.Test) (hash [hashSize]byte, size int) {
	switch test := test.(type) {
	case query.TokenTest:
		return h.ofTokenTest(test, hashCode, hashToken, hashSystem)
	case query.LinkIdentifierTest:
		return h.ofTokenTest(test.TokenTest, hashLinkCode, hashLinkToken, hashLinkSystem)
	case query.TypedIdentifierTest:
		return h.sum(hashTypedIdentifier, test.System, test.Code, test.Value), hashSize
	case query.LinkTest:
		if test.URL != "" {
			return h.sum(hashURL, test.URL), hashSize
		}
	}
	return hash, 0
}

func (h *hasher) ofTokenTest(test query.TokenTest, code, token, system byte) (hash [hashSize]byte, size int) {
	switch {
	case test.AnySystem && test.AnyCode:
		return hash, 0
	case test.AnySystem:
		return h.sum(code, test.Code), hashSize
	case test.AnyCode:
		return h.sum(system, test.System), hashHalf
	}
	return h.pair(system, token, test.System, test.Code), hashSize
}

// scanLeaf calls visit with the documents of a leaf; one may come more than once.
func (ev *evaluator) scanLeaf(l leaf, visit func(d document, sure bool) bool) error {
	more := true
	for _, s := range l.spans {
		if !more {
			return nil
		}
		err := ev.walk(s.lower, s.upper, func(key []byte) bool {
			judged := yes
			if s.judge != nil {
				judged = s.judge(key)
			}
			if judged != no {
				more = visit(lastDocument(key), judged == yes && !l.doubtful)
			}
			return more
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// leafSet is the documents of a leaf, and those in doubt.
func (ev *evaluator) leafSet(l leaf) (sure, doubtful *roaring.Bitmap, err error) {
	if prefix := l.single(); prefix != nil {
		sure, err = ev.bitmap(prefix)
		return sure, roaring.New(), err
	}
	if len(l.spans) == 1 && l.spans[0].judge == nil {
		doubtful, err = ev.bitmap(l.spans[0].lower)
		return roaring.New(), doubtful, err
	}
	in, maybe := collector{bitmap: roaring.New()}, collector{bitmap: roaring.New()}
	err = ev.scanLeaf(l, func(d document, sure bool) bool {
		if sure {
			in.add(d)
		} else {
			maybe.add(d)
		}
		return true
	})
	sure, doubtful = in.done(), maybe.done()
	doubtful.AndNot(sure)
	return sure, doubtful, err
}
