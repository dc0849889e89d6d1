package xhtml

// kind is an element that may stand in a narrative, as one bit, so that sets of them are numbers too: the
// formatting elements of HTML 4.0 chapters 7 to 11 (but for section 9.4) and 15, a, and images
// (https://hl7.org/fhir/R4/narrative.html#xhtml).
type kind uint64

const (
	elDiv kind = 1 << iota
	elP
	elBR
	elHR
	elH1
	elH2
	elH3
	elH4
	elH5
	elH6
	elA
	elSpan
	elB
	elEM
	elI
	elStrong
	elSmall
	elBig
	elTT
	elDfn
	elQ
	elVar
	elAbbr
	elAcronym
	elCite
	elBlockquote
	elAddress
	elBdo
	elKbd
	elSub
	elSup
	elCode
	elSamp
	elPre
	elIns
	elDel
	elUL
	elOL
	elLI
	elDL
	elDT
	elDD
	elTable
	elCaption
	elColgroup
	elCol
	elThead
	elTR
	elTfoot
	elTbody
	elTH
	elTD
	elImg
	elMap
	elArea
)

// kindOf is the kind of an element by its name, 0 for one that may not stand in a narrative.
func kindOf(name []byte) kind {
	switch string(name) {
	case "div":
		return elDiv
	case "p":
		return elP
	case "br":
		return elBR
	case "hr":
		return elHR
	case "h1":
		return elH1
	case "h2":
		return elH2
	case "h3":
		return elH3
	case "h4":
		return elH4
	case "h5":
		return elH5
	case "h6":
		return elH6
	case "a":
		return elA
	case "span":
		return elSpan
	case "b":
		return elB
	case "em":
		return elEM
	case "i":
		return elI
	case "strong":
		return elStrong
	case "small":
		return elSmall
	case "big":
		return elBig
	case "tt":
		return elTT
	case "dfn":
		return elDfn
	case "q":
		return elQ
	case "var":
		return elVar
	case "abbr":
		return elAbbr
	case "acronym":
		return elAcronym
	case "cite":
		return elCite
	case "blockquote":
		return elBlockquote
	case "address":
		return elAddress
	case "bdo":
		return elBdo
	case "kbd":
		return elKbd
	case "sub":
		return elSub
	case "sup":
		return elSup
	case "code":
		return elCode
	case "samp":
		return elSamp
	case "pre":
		return elPre
	case "ins":
		return elIns
	case "del":
		return elDel
	}
	return structuredKind(name)
}

// structuredKind is kindOf the elements of lists, tables and images.
func structuredKind(name []byte) kind {
	switch string(name) {
	case "ul":
		return elUL
	case "ol":
		return elOL
	case "li":
		return elLI
	case "dl":
		return elDL
	case "dt":
		return elDT
	case "dd":
		return elDD
	case "table":
		return elTable
	case "caption":
		return elCaption
	case "colgroup":
		return elColgroup
	case "col":
		return elCol
	case "thead":
		return elThead
	case "tr":
		return elTR
	case "tfoot":
		return elTfoot
	case "tbody":
		return elTbody
	case "th":
		return elTH
	case "td":
		return elTD
	case "img":
		return elImg
	case "map":
		return elMap
	case "area":
		return elArea
	}
	return 0
}
