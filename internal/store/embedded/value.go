package embedded

import (
	"encoding/binary"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// The kinds of value in a forward record.
const (
	kindText            = 'T'
	kindPart            = 't'
	kindToken           = 'C'
	kindDisplay         = 'D'
	kindTypedIdentifier = 'Y'
	kindLink            = 'L'
	kindLinkIdentifier  = 'I'
	kindURI             = 'U'
	kindPeriod          = 'P'
	kindNumber          = 'N'
	kindQuantity        = 'Q'
	kindComposite       = 'X'
)

// appendValue appends a value of a forward record: its kind and its fields. Local links are numbers into
// the record's table of targets.
func appendValue(b []byte, v query.Value, table *targetTable) []byte {
	switch v := v.(type) {
	case query.Text:
		kind := byte(kindText)
		if v.Part {
			kind = kindPart
		}
		return appendStrings(append(b, kind), v.Text)
	case query.Token:
		return appendStrings(append(b, kindToken), v.System, v.Code)
	case query.Display:
		return appendStrings(append(b, kindDisplay), v.Text)
	case query.TypedIdentifier:
		return appendStrings(append(b, kindTypedIdentifier), v.System, v.Code, v.Value)
	case query.Link:
		b = binary.AppendUvarint(append(b, kindLink), uint64(table.add(v.Key)))
		return appendStrings(binary.AppendUvarint(b, uint64(v.Version)), v.URL)
	case query.LinkIdentifier:
		return appendStrings(append(b, kindLinkIdentifier), v.System, v.Code)
	case query.URI:
		return appendStrings(append(b, kindURI), v.URI)
	case query.Period:
		return order.AppendUint64(order.AppendUint64(append(b, kindPeriod), uint64(v.Low)), uint64(v.High))
	case query.Number:
		return appendStrings(append(b, kindNumber), string(v.Low), string(v.High))
	case query.Quantity:
		return appendStrings(append(b, kindQuantity), string(v.Low), string(v.High), v.System, v.Code, v.Unit)
	case query.Composite:
		b = binary.AppendUvarint(append(b, kindComposite), uint64(len(v.Parts)))
		for _, part := range v.Parts {
			b = appendValue(b, part, table)
		}
	}
	return b
}

func appendStrings(b []byte, texts ...string) []byte {
	for _, text := range texts {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	return b
}

// decoder reads fields one after the other; after the first fault it gives zeros and failed is set.
type decoder struct {
	rest   []byte
	failed bool
}

func (r *decoder) err() error {
	if r.failed {
		return store.ErrFormat
	}
	return nil
}

func (r *decoder) bytes(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.rest, r.failed = nil, true
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *decoder) byte() byte {
	if b := r.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (r *decoder) uint32() uint32 {
	if b := r.bytes(4); b != nil {
		return order.Uint32(b)
	}
	return 0
}

func (r *decoder) uint64() uint64 {
	if b := r.bytes(8); b != nil {
		return order.Uint64(b)
	}
	return 0
}

func (r *decoder) uvarint() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.rest, r.failed = nil, true
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// count is a uvarint of things that take at least one byte each.
func (r *decoder) count() int {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.rest, r.failed = nil, true
		return 0
	}
	return int(n)
}

func (r *decoder) span() []byte { return r.bytes(r.count()) }

func (r *decoder) text() string { return string(r.span()) }

// value reads what appendValue wrote.
func (r *decoder) value(targets func(int) (fhir.Key, document)) query.Value {
	switch kind := r.byte(); kind {
	case kindText, kindPart:
		return query.Text{Text: r.text(), Part: kind == kindPart}
	case kindToken:
		return query.Token{System: r.text(), Code: r.text()}
	case kindDisplay:
		return query.Display{Text: r.text()}
	case kindTypedIdentifier:
		return query.TypedIdentifier{System: r.text(), Code: r.text(), Value: r.text()}
	case kindLink:
		key, _ := targets(int(r.uvarint()))
		return query.Link{Key: key, Version: fhir.VersionID(r.uvarint()), URL: r.text()}
	case kindLinkIdentifier:
		return query.LinkIdentifier{System: r.text(), Code: r.text()}
	case kindURI:
		return query.URI{URI: r.text()}
	case kindPeriod:
		return query.Period{Low: int64(r.uint64()), High: int64(r.uint64())}
	case kindNumber:
		return query.Number{Low: query.Decimal(r.text()), High: query.Decimal(r.text())}
	case kindQuantity:
		return query.Quantity{Low: query.Decimal(r.text()), High: query.Decimal(r.text()),
			System: r.text(), Code: r.text(), Unit: r.text()}
	case kindComposite:
		parts := make([]query.Value, r.count())
		for i := range parts {
			parts[i] = r.value(targets)
		}
		return query.Composite{Parts: parts}
	}
	r.failed = true
	return nil
}
