package interaction

import (
	"html"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/bundle"
	"hearken/fhir/element"
)

// makeDrafts makes ready, in parallel, every resource whose references are not what they were made with. Most
// are made once: they are made again only when an assumption about what they point at turned out wrong.
func (t *transaction) makeDrafts() error {
	errs := make([]error, len(t.entries))
	parallel(len(t.entries), runtime.GOMAXPROCS(0), func(i int) {
		e := t.entries[i]
		if !e.writesResource() {
			return
		}
		edits := t.edits(e)
		if e.draft.node.IsZero() || !slices.Equal(edits, e.edits) {
			e.edits = edits
			e.draft, errs[i] = t.draft(e)
			errs[i] = atEntry(errs[i], i, e.typ())
		}
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// remakeDrafts is makeDrafts if anything was learned since.
func (t *transaction) remakeDrafts() error {
	if !t.learned {
		return nil
	}
	t.learned = false
	return t.makeDrafts()
}

// edits is what has to be written otherwise in an entry's resource.
func (t *transaction) edits(e *entry) []element.Edit {
	var edits []element.Edit
	for _, l := range e.links {
		text := l.node.Text()
		var rewritten string
		switch l.kind {
		case plainLink:
			rewritten = t.rewritten(e, text)
		case conditionalLink:
			if c := t.conditions[text]; !c.assumed.IsZero() {
				rewritten = c.assumed.String()
			}
		case narrativeLink:
			rewritten = t.rewriteNarrative(e, text)
		}
		if rewritten != "" && rewritten != text {
			edits = append(edits, element.Edit{Node: l.node, Text: rewritten})
		}
	}
	return edits
}

// rewritten is what a link to an entry becomes: the relative reference to the resource the entry turned out
// to be, "" for a link to anything else. A version-specific link stays so: to what this transaction creates
// it is to version 1, otherwise to the version it named.
func (t *transaction) rewritten(e *entry, text string) string {
	target := t.target(e, text)
	if target == nil {
		return ""
	}
	_, rest := bundle.Cut(text)
	if version, ok := strings.CutPrefix(rest, "/_history/"); ok && target.phase == creating && target.assumed == target.settling.proposed {
		_, fragment, has := strings.Cut(version, "#")
		rest = "/_history/1"
		if has {
			rest += "#" + fragment
		}
	}
	return target.assumed.String() + rest
}

// narrativeAttribute finds href and src in XHTML that has been checked to be well formed.
var narrativeAttribute = regexp.MustCompile(`(\s(?:href|src)\s*=\s*)("[^"]*"|'[^']*')`)

// rewriteNarrative rewrites the links of a narrative.
func (t *transaction) rewriteNarrative(e *entry, div string) string {
	if !strings.Contains(div, "href") && !strings.Contains(div, "src") {
		return div
	}
	return narrativeAttribute.ReplaceAllStringFunc(div, func(attribute string) string {
		parts := narrativeAttribute.FindStringSubmatch(attribute)
		quoted := parts[2]
		link := t.rewritten(e, html.UnescapeString(quoted[1:len(quoted)-1]))
		if link == "" {
			return attribute
		}
		return parts[1] + quoted[:1] + html.EscapeString(link) + quoted[:1]
	})
}

// draft is an entry's resource with its edits made, and what is searchable of it. It is read again on its own: what is
// found in it must be what would be found in the stored bytes, not what the Bundle round it adds.
func (t *transaction) draft(e *entry) (in incoming, err error) {
	body := e.node.Source()
	if len(e.edits) > 0 {
		body = element.Apply(e.node, e.edits)
	}
	if in.node, err = t.server.parse(body, e.typ()); err != nil {
		return incoming{}, fhir.Errorf(fhir.CodeInvalid, "the resource cannot be read after its references were rewritten")
	}
	return in, t.server.index(&in)
}
