package query

import (
	"fmt"
	"strings"
)

// String is the whole query in one canonical form, without the cursor: two queries that print alike have the
// same answer.
func (q Query) String() string {
	var b strings.Builder
	for i, t := range q.Types {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(string(t))
	}
	fmt.Fprintf(&b, " where %s", printOrTrue(q.Where))
	for i, key := range q.Sort {
		b.WriteString([]string{" sort ", ","}[min(i, 1)] + key.String())
	}
	fmt.Fprintf(&b, " count %d total %s", q.Count, q.Total)
	for _, include := range q.Includes {
		b.WriteString(" " + include.String())
	}
	return b.String()
}

// String is the parameter, with "-" before it when it goes down.
func (k SortKey) String() string {
	if k.Descending {
		return "-" + k.Parameter.String()
	}
	return k.Parameter.String()
}

// String is "accurate", "estimate" or "none".
func (m TotalMode) String() string {
	return [...]string{TotalAccurate: "accurate", TotalEstimate: "estimate", TotalNone: "none"}[m]
}

// String is "include CarePlan:subject:Patient", "revinclude:iterate Provenance:*".
func (i Include) String() string {
	name, code := "include", "*"
	if i.Reverse {
		name = "revinclude"
	}
	if i.Iterate {
		name += ":iterate"
	}
	if i.Parameter != nil {
		code = i.Parameter.Code
	}
	text := fmt.Sprintf("%s %s:%s", name, i.Source, code)
	if i.Target != "" {
		text += ":" + string(i.Target)
	}
	if i.From != nil {
		text += " from " + i.From.String()
	}
	if i.Where != nil {
		text += " where " + i.Where.String()
	}
	return text
}
