package xhtml

// How HTML lets elements stand in one another (https://www.w3.org/TR/html401/struct/text.html and the
// chapters on lists and tables): most browsers guess what was meant where this does not hold, and not all
// guess the same.
const (
	inlines    = elA | elB | elEM | elI | elStrong | elSmall | elBig | elSub | elSup | elCode | elTT | elDfn | elQ | elVar | elAbbr | elAcronym | elCite | elBdo | elKbd | elSamp
	paragraphs = elP | elH1 | elH2 | elH3 | elH4 | elH5 | elH6 | elPre | elAddress | elSpan | elCaption | elDD | elDT | inlines
	blocks     = elDiv | elPre | elTable | elUL | elOL // none of these in paragraphs
	notInP     = elDiv | elBlockquote | elTable | elOL | elUL | elP
	empties    = elBR | elImg | elHR | elArea
)

// within says in what an element must stand; 0 is anywhere.
func within(k kind) kind {
	switch k {
	case elTR:
		return elTable | elThead | elTfoot | elTbody
	case elTbody, elThead, elTfoot, elCaption, elColgroup:
		return elTable
	case elCol:
		return elTable | elColgroup
	case elTD, elTH:
		return elTR | elThead | elTfoot
	case elLI:
		return elUL | elOL
	case elDD, elDT:
		return elDL
	}
	return 0
}

// holds says which elements alone may stand in one, and that no text may; 0 is any.
func holds(k kind) kind {
	switch k {
	case elTable:
		return elTbody | elTR | elCaption | elThead | elTfoot | elCol | elColgroup
	case elTR:
		return elTD | elTH
	case elTbody, elThead, elTfoot:
		return elTR
	case elUL, elOL:
		return elLI
	case elDL:
		return elDD | elDT
	case elMap:
		return elArea
	}
	return 0
}

// nesting watches how elements stand in one another. Its zero value is outside all.
type nesting struct {
	open []level // the elements round the place, outermost first
}

// level is one open element and all kinds that are open there.
type level struct{ kind, all kind }

// start enters an element and reports whether it may stand where it does.
func (n *nesting) start(k kind) bool {
	var at level
	if len(n.open) > 0 {
		at = n.open[len(n.open)-1]
	}
	n.open = append(n.open, level{k, at.all | k})
	return at.kind == 0 || k == 0 || !misplaced(k, at)
}

func misplaced(k kind, at level) bool {
	switch where, only := within(k), holds(at.kind); {
	case where != 0 && at.kind&where == 0, only != 0 && k&only == 0, at.kind&empties != 0:
		return true
	case k&blocks != 0 && at.all&paragraphs != 0, k&notInP != 0 && at.all&elP != 0:
		return true
	}
	return k&inlines&at.all != 0
}

// text reports whether text may stand where it does.
func (n *nesting) text() bool {
	if len(n.open) == 0 {
		return true
	}
	k := n.open[len(n.open)-1].kind
	return holds(k) == 0 && k&empties == 0
}

func (n *nesting) end() {
	if len(n.open) > 0 {
		n.open = n.open[:len(n.open)-1]
	}
}
