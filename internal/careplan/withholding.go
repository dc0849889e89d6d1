package careplan

import (
	"slices"
	"strings"
	"time"

	"hearken/fhir/element"
	"hearken/internal/access"
	"hearken/profiles"
)

// InlineLabel is the extension that marks one element of a resource with a security label
// (https://hl7.org/fhir/uv/security-label-ds4p/): a code of access.LabelSystem is one of ours.
const InlineLabel = "http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label"

// Withholding is what an element or resource says about being withheld from the person.
type Withholding struct {
	Labels []string  // codes of access.LabelSystem
	Named  bool      // a professional is named
	Until  time.Time // when it ends; zero for never
}

// Has reports whether a label is among them.
func (w *Withholding) Has(label string) bool { return slices.Contains(w.Labels, label) }

// Holds reports whether a label withholds at a moment. By the serious-harm test it takes a named professional
// and an end (Data Protection Act 2018, Schedule 3, Part 2); the others need none, and end when one is given.
func (w *Withholding) Holds(label string, now time.Time) bool {
	if !w.Has(label) || label == access.LabelSeriousHarm && (!w.Named || w.Until.IsZero()) {
		return false
	}
	return w.Until.IsZero() || now.Before(w.Until)
}

// Ends is when the person sees what they are not to see now, zero for never; ok is false when nothing is
// withheld from them.
func (w *Withholding) Ends() (until time.Time, ok bool) {
	for _, label := range access.PersonLabels {
		if w.Has(label) && (label != access.LabelSeriousHarm || w.Named && !w.Until.IsZero()) {
			return w.Until, true
		}
	}
	return until, false
}

// WithholdingOf reads what an element, by its extensions, or a resource, by meta.security besides, says of
// being withheld.
func (t Times) WithholdingOf(n element.Node) (w Withholding) {
	if n.IsResource() {
		for _, label := range SecurityLabels(n) {
			if label.System == access.LabelSystem {
				w.Labels = append(w.Labels, label.Code)
			}
		}
	}
	for extension := range n.Children() {
		if extension.Name() != "extension" {
			continue
		}
		switch extension.Child("url").Text() {
		case InlineLabel:
			if coding := extension.Child("value"); coding.Child("system").Text() == access.LabelSystem {
				w.Labels = append(w.Labels, coding.Child("code").Text())
			}
		case profiles.Withholding:
			t.readWithholding(extension, &w)
		}
	}
	return w
}

func (t Times) readWithholding(n element.Node, w *Withholding) {
	for part := range n.Children() {
		value := part.Child("value")
		switch part.Child("url").Text() {
		case "professional":
			w.Named = !value.Child("reference").IsZero() || !value.Child("identifier").IsZero()
		case "until":
			if start, end, ok := t(value.Text()); ok {
				if w.Until = end; strings.Contains(value.Text(), "T") {
					w.Until = start // a moment, and no day
				}
			}
		}
	}
}
