package fhirpath

// token is one lexical unit of an expression (http://hl7.org/fhirpath/N1/#lexical-elements).
type token struct {
	kind tokenKind
	at   int    // byte offset
	text string // of a name or string: decoded; of the others: as written
}

type tokenKind uint8

const (
	tokenEnd      tokenKind = iota
	tokenName               // identifier or keyword
	tokenQuoted             // `identifier`
	tokenString             // 'string'
	tokenNumber             // 12, 1.5
	tokenLong               // 12L
	tokenTemporal           // @2015-02-04, @T10:30
	tokenSymbol             // operators and punctuation
	tokenVariable           // %name, %`name`, %'name'
	tokenThis               // $this, $index, $total
)
