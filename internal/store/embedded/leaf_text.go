package embedded

import (
	"strings"

	"hearken/fhir/search/query"
)

// orderedPrefix is the prefix of the O keys of a parameter's values of one sort that begin with text.
func orderedPrefix(p *parameter, sort byte, text string) []byte {
	return appendOpen(append(parameterPrefix(familyOrdered, p.t, p.number), sort), text)
}

// orderedValue is the value of an O key without its sort.
func orderedValue(key []byte) string {
	value, _, _ := cutEscaped(key[4:])
	if len(value) == 0 {
		return ""
	}
	return string(value[1:])
}

func (ev *evaluator) textLeaf(p *parameter, test query.TextTest) leaf {
	folded := query.Fold(test.Text)
	switch test.Mode {
	case query.StartsWith:
		l, parts := ev.wordsLeaf(p, orderedText, test.Text), ev.wordsLeaf(p, orderedPart, test.Text)
		l.spans = append(l.spans, parts.spans...)
		return l
	case query.Exact:
		return leaf{spans: []span{exactSpan(p, orderedText, folded)}, doubtful: true}
	}
	s := prefixSpan(orderedPrefix(p, orderedText, ""))
	s.judge = func(key []byte) verdict {
		value := orderedValue(key)
		switch {
		case folded != "" && strings.Contains(value, folded) || folded == "" && value == "":
			return yes
		case len(value) >= maxOrderedText:
			return doubt
		}
		return no
	}
	return leaf{spans: []span{s}}
}

// wordsLeaf is the values whose folded text begins with the fold of text. A text that folds to nothing
// is found only in what folds to nothing.
func (ev *evaluator) wordsLeaf(p *parameter, sort byte, text string) leaf {
	folded := query.Fold(text)
	if folded == "" {
		return leaf{spans: []span{exactSpan(p, sort, "")}}
	}
	long := len(folded) > maxOrderedText
	if long {
		folded = folded[:maxOrderedText]
	}
	return leaf{spans: []span{prefixSpan(orderedPrefix(p, sort, folded))}, doubtful: long}
}

// exactSpan is the keys of one ordered text, and of the longer texts that were cut to it.
func exactSpan(p *parameter, sort byte, text string) span {
	return prefixSpan(append(orderedPrefix(p, sort, text[:min(len(text), maxOrderedText)]), valueEnd...))
}

func uriLeaf(p *parameter, test query.URITest) leaf {
	switch test.Mode {
	case query.SameURI:
		return leaf{spans: []span{exactSpan(p, orderedURI, test.URI)}, doubtful: len(test.URI) >= maxOrderedText}
	case query.AboveURI:
		return aboveLeaf(p, test)
	}
	s := prefixSpan(orderedPrefix(p, orderedURI, test.URI[:min(len(test.URI), maxOrderedText)]))
	s.judge = func(key []byte) verdict {
		value := orderedValue(key)
		switch {
		case len(value) >= maxOrderedText || len(test.URI) > maxOrderedText:
			return doubt
		case query.Satisfies(test, query.URI{URI: value}):
			return yes
		}
		return no
	}
	return leaf{spans: []span{s}}
}

// aboveLeaf asks for every beginning of the URI that could be above it.
func aboveLeaf(p *parameter, test query.URITest) leaf {
	var l leaf
	for n := 1; n <= len(test.URI); n++ {
		if query.Satisfies(test, query.URI{URI: test.URI[:n]}) {
			l.spans = append(l.spans, exactSpan(p, orderedURI, test.URI[:n]))
		}
	}
	l.doubtful = len(test.URI) >= maxOrderedText
	return l
}
