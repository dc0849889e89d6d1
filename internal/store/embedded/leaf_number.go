package embedded

import (
	"hearken/fhir/search/query"
)

// orderedSpan is the O keys of one sort whose value, after head, begins with something from low up to and
// including what begins with high; nil is no bound.
func orderedSpan(p *parameter, head, low, high []byte) span {
	prefix := appendOpen(parameterPrefix(familyOrdered, p.t, p.number), head)
	s := prefixSpan(prefix)
	if low != nil {
		s.lower = appendOpen(append([]byte(nil), prefix...), low)
	}
	if high != nil {
		s.upper = after(appendOpen(append([]byte(nil), prefix...), high))
	}
	return s
}

// dateLeaf scans the periods by their low ends or by their high ends, whichever the comparison bounds, and
// judges each by the test itself.
func dateLeaf(p *parameter, test query.DateTest) leaf {
	low, high := timeBytes(test.Low), timeBytes(test.High)
	var s span
	switch test.Comparison {
	case query.Equal:
		s = orderedSpan(p, []byte{orderedLow}, low, high)
	case query.Less, query.LessOrEqual:
		s = orderedSpan(p, []byte{orderedLow}, nil, high)
	case query.Greater, query.GreaterOrEqual, query.StartsAfter, query.Approximately:
		s = orderedSpan(p, []byte{orderedHigh}, low, nil)
	case query.EndsBefore:
		s = orderedSpan(p, []byte{orderedHigh}, nil, low)
	default:
		s = orderedSpan(p, []byte{orderedLow}, nil, nil)
	}
	s.judge = func(key []byte) verdict {
		value, _, _ := cutEscaped(key[4:])
		if len(value) != 17 {
			return no
		}
		first, second := bytesTime(value[1:9]), bytesTime(value[9:])
		if value[0] == orderedHigh {
			first, second = second, first
		}
		return verdictOf(query.Satisfies(test, query.Period{Low: first, High: second}))
	}
	return leaf{spans: []span{s}}
}

func timeBytes(µs int64) []byte { return order.AppendUint64(nil, sortableTime(µs)) }

func bytesTime(b []byte) int64 { return int64(order.Uint64(b) ^ 1<<63) }

func verdictOf(holds bool) verdict {
	if holds {
		return yes
	}
	return no
}

// lastUpdatedLeaf scans S, where every document's lastUpdated is.
func lastUpdatedLeaf(t typeNumber, test query.DateTest) leaf {
	prefix := append(sortPrefix(t, parameterLastUpdated, mirrored), sortRanked)
	s := prefixSpan(prefix)
	if low := test.Low; low > query.MinTime+1000 && boundsBelow(test.Comparison) {
		s.lower = appendOpen(append([]byte(nil), prefix...), timeBytes(low-1000)) // the value may reach into the test
	}
	if boundsAbove(test.Comparison) {
		s.upper = after(appendOpen(append([]byte(nil), prefix...), timeBytes(test.High)))
	}
	s.judge = func(key []byte) verdict {
		value, _, _ := cutEscaped(key[5:])
		if len(value) != 9 {
			return no
		}
		low := bytesTime(value[1:])
		return verdictOf(query.Satisfies(test, query.Period{Low: low, High: low + 1000}))
	}
	return leaf{spans: []span{s}}
}

// boundsBelow says of which comparisons the values all end after the test's low end.
func boundsBelow(c query.Comparison) bool {
	switch c {
	case query.Equal, query.Greater, query.GreaterOrEqual, query.StartsAfter, query.Approximately:
		return true
	}
	return false
}

// boundsAbove says of which comparisons the values all begin before the test's high end.
func boundsAbove(c query.Comparison) bool {
	switch c {
	case query.Equal, query.Less, query.LessOrEqual, query.EndsBefore, query.Approximately:
		return true
	}
	return false
}

func (ev *evaluator) quantityLeaf(p *parameter, test query.QuantityTest) leaf {
	h := &ev.store.hash
	number := test.NumberTest
	switch {
	case test.AnyUnit:
		return numberLeaf(p, number, nil)
	case test.AnySystem:
		unit := h.sum(hashAnyUnit, test.Code)
		return numberLeaf(p, number, unit[:])
	case test.Code == "": // any unit of a system has no postings of its own
		l := numberLeaf(p, number, nil)
		l.doubtful = true
		return l
	}
	unit := h.sum(hashUnit, test.System, test.Code)
	return numberLeaf(p, number, unit[:])
}

// numberLeaf scans the numbers, of one unit if given, by their low ends, and the ranges among them by
// their high ends where these decide. Each is judged by the test itself.
func numberLeaf(p *parameter, test query.NumberTest, unit []byte) leaf {
	points, ranges := append([]byte{orderedNumber}, unit...), append([]byte{orderedRange}, unit...)
	if unit != nil {
		points[0], ranges[0] = orderedQuantity, orderedUnits
	}
	low, high := []byte(test.Low), []byte(test.High)
	var spans []span
	switch test.Comparison {
	case query.Equal:
		spans = []span{orderedSpan(p, points, low, high)}
	case query.Greater, query.GreaterOrEqual:
		spans = []span{orderedSpan(p, points, low, nil), orderedSpan(p, ranges, low, nil)}
	case query.Approximately:
		spans = []span{orderedSpan(p, points, low, high), orderedSpan(p, ranges, low, nil)}
	case query.StartsAfter:
		spans = []span{orderedSpan(p, points, high, nil)}
	case query.Less, query.EndsBefore:
		spans = []span{orderedSpan(p, points, nil, low)}
	case query.LessOrEqual:
		spans = []span{orderedSpan(p, points, nil, high)}
	default:
		spans = []span{orderedSpan(p, points, nil, nil)}
	}
	for i := range spans {
		spans[i].judge = func(key []byte) verdict { return judgeNumber(key, len(points), test) }
	}
	return leaf{spans: spans}
}

// judgeNumber tests the numbers of an O key whose value has a head of some bytes.
func judgeNumber(key []byte, head int, test query.Test) verdict {
	value, _, _ := cutEscaped(key[4:])
	if len(value) < head {
		return no
	}
	low, high := splitNumbers(value[head:])
	if value[0] == orderedRange || value[0] == orderedUnits {
		low, high = high, low
	}
	return verdictOf(query.Satisfies(test, query.Number{Low: low, High: high}))
}
