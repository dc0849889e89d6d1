package fhirpath

import (
	"github.com/cockroachdb/apd/v3"

	"hearken/fhir/element"
)

// Kind is what an Item is: an element of a resource, or a value of one of FHIRPath's own types
// (http://hl7.org/fhirpath/N1/#literals).
type Kind uint8

// The kinds of item.
const (
	Element    Kind = iota + 1 // a node of a tree
	Boolean                    // System.Boolean
	String                     // System.String
	Integer                    // System.Integer, 32 bits
	Long                       // System.Long, 64 bits
	Decimal                    // System.Decimal
	Date                       // System.Date, with its precision
	DateTime                   // System.DateTime, with its precision and zone
	Time                       // System.Time, with its precision
	Quantity                   // System.Quantity
	TypeInfo                   // what type() gives: "System.Integer", "FHIR.Patient"
	Unresolved                 // a resource of which only the type is known: what resolve() gives without a Resolver
)

// Item is one element of a Collection. The zero Item is nothing. Items are values: they may be
// copied and compared with Equal, and share memory with the tree they come from.
type Item struct {
	node      element.Node
	text      string       // of a String; unit of a Quantity; "namespace.name" of a TypeInfo; type of an Unresolved
	decimal   *apd.Decimal // of a Decimal or Quantity; never changed once set
	number    int64        // of a Boolean (0, 1), Integer, Long; seconds of a Date, DateTime or Time
	nanos     int32        // of a DateTime or Time
	zone      int16        // minutes east of UTC of a DateTime, or noZone
	kind      Kind
	precision uint8 // of a Date, DateTime or Time: digits; of a Quantity: 1 for a calendar duration
}

// Collection is an ordered list of items. A nil Collection is empty.
type Collection []Item

// Of makes an item of a tree's node; of the zero Node, the zero Item.
func Of(n element.Node) Item {
	if n.IsZero() {
		return Item{}
	}
	return Item{node: n, kind: Element}
}

// OfBoolean makes a System.Boolean.
func OfBoolean(b bool) Item {
	if b {
		return Item{kind: Boolean, number: 1}
	}
	return Item{kind: Boolean}
}

// OfString makes a System.String.
func OfString(s string) Item { return Item{kind: String, text: s} }

// OfInteger makes a System.Integer; outside 32 bits it makes a System.Long.
func OfInteger(n int64) Item {
	if n != int64(int32(n)) {
		return Item{kind: Long, number: n}
	}
	return Item{kind: Integer, number: n}
}

// OfDecimal makes a System.Decimal. The decimal must not be changed afterwards.
func OfDecimal(d *apd.Decimal) Item { return Item{kind: Decimal, decimal: d} }

// OfQuantity makes a System.Quantity with a UCUM unit. The value must not be changed afterwards.
func OfQuantity(value *apd.Decimal, unit string) Item {
	return Item{kind: Quantity, decimal: value, text: unit}
}

// Kind says what the item is; 0 for the zero Item.
func (i Item) Kind() Kind { return i.kind }

// IsZero reports whether the item is nothing.
func (i Item) IsZero() bool { return i.kind == 0 }

// Node is the node of an Element, and the zero Node of anything else.
func (i Item) Node() element.Node { return i.node }

// Boolean is the value of a System.Boolean or a FHIR boolean.
func (i Item) Boolean() (value, ok bool) {
	i = i.system()
	return i.number != 0, i.kind == Boolean
}

// Text is the value of a System.String or of a FHIR primitive that is one.
func (i Item) Text() (value string, ok bool) {
	if i = i.system(); i.kind != String {
		return "", false
	}
	return i.text, true
}

// Integer is the value of a System.Integer or Long, or of a FHIR primitive that is one.
func (i Item) Integer() (value int64, ok bool) {
	if i = i.system(); i.kind != Integer && i.kind != Long {
		return 0, false
	}
	return i.number, true
}

// Decimal is the value of anything numeric: System.Integer, Long or Decimal or their FHIR
// counterparts. The result must not be changed.
func (i Item) Decimal() (value *apd.Decimal, ok bool) {
	switch i = i.system(); i.kind {
	case Integer, Long:
		return apd.New(i.number, 0), true
	case Decimal:
		return i.decimal, true
	}
	return nil, false
}

// Quantity is value and unit of a System.Quantity, or of a FHIR Quantity that is one: with a UCUM
// code, or no unit at all ("1"). The value must not be changed.
func (i Item) Quantity() (value *apd.Decimal, unit string, ok bool) {
	if i = i.system(); i.kind != Quantity {
		return nil, "", false
	}
	return i.decimal, i.text, true
}

// Type is the qualified name of the item's type: "FHIR.Patient", "System.Boolean".
func (i Item) Type() string {
	switch i.kind {
	case Element:
		return "FHIR." + i.node.Structure().Name
	case Unresolved:
		return "FHIR." + i.text
	}
	return kindNames[i.kind]
}

var kindNames = [...]string{
	Boolean: "System.Boolean", String: "System.String", Integer: "System.Integer", Long: "System.Long",
	Decimal: "System.Decimal", Date: "System.Date", DateTime: "System.DateTime", Time: "System.Time",
	Quantity: "System.Quantity", TypeInfo: "System.TypeInfo", Unresolved: "",
}
