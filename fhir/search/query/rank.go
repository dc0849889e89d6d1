package query

import (
	"encoding/binary"
	"strings"
)

// MaxRankText is how many bytes of a folded text, code or URI a sort looks at.
const MaxRankText = 256

// Rank gives the bytes by which a value is sorted: bytes.Compare of two ranks orders their values as the sort key
// does, so the value a resource is sorted by is the one with the least rank, in either direction. Descending
// ranks are in descending order already: an engine walks both forwards. Ranks are self-delimiting (none is a
// prefix of another) and may hold any byte. Values that are equal for sorting have equal ranks: text is compared
// by Fold and, like codes and URIs, to its first 256 bytes; a period or range counts by its low end, descending by
// its high end; a quantity by its number, whatever the unit.
// ok is false for what cannot be sorted by: Display, TypedIdentifier, LinkIdentifier, Composite and the Part of a name.
// (https://hl7.org/fhir/R4/search.html#sort)
func Rank(v Value, descending bool) (rank []byte, ok bool) {
	switch v := v.(type) {
	case Text:
		if v.Part {
			return nil, false
		}
		rank, ok = rankTexts(Fold(v.Text)), true
	case Token:
		rank, ok = rankTexts(v.Code, v.System), true
	case Link:
		rank, ok = rankTexts(linkText(v)), true
	case URI:
		rank, ok = rankTexts(v.URI), true
	case Period:
		rank, ok = rankTime(pick(descending, v.High, v.Low)), true
	case Number:
		rank, ok = []byte(pick(descending, v.High, v.Low)), true
	case Quantity:
		rank, ok = []byte(pick(descending, v.High, v.Low)), true
	}
	if !ok {
		return nil, false
	}
	if descending {
		complement(rank)
	}
	return rank, true
}

func pick[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

func linkText(v Link) string {
	if v.URL != "" {
		return v.URL
	}
	return v.Key.String()
}

// rankTexts writes texts so that no rank is a prefix of another and order is kept: 00 becomes 00 FF, and
// 00 01 ends each.
func rankTexts(texts ...string) []byte {
	room := 0
	for _, text := range texts {
		room += min(len(text), MaxRankText) + 2
	}
	rank := make([]byte, 0, room)
	for _, text := range texts {
		rank = appendRankText(rank, text[:min(len(text), MaxRankText)])
	}
	return rank
}

func appendRankText(rank []byte, text string) []byte {
	for {
		zero := strings.IndexByte(text, 0)
		if zero < 0 {
			return append(append(rank, text...), 0, 1)
		}
		rank = append(append(rank, text[:zero+1]...), 0xff)
		text = text[zero+1:]
	}
}

// rankTime writes microseconds as eight bytes whose order is that of the numbers.
func rankTime(µs int64) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(µs)^1<<63)
}
