package interaction

import (
	"strings"

	"hearken/internal/conformance"
)

// guideCodes are the codes of a code system of our guide, in its order.
func guideCodes(system string) (codes []string) {
	for _, resource := range conformance.Guide().Resources {
		if resource.URL != system {
			continue
		}
		for concept := range resource.Node.Children() {
			if concept.Name() == "concept" {
				codes = append(codes, concept.Child("code").Text())
			}
		}
	}
	return codes
}

// oneOfGuide says what the codes of a code system of our guide are, for who gave another.
func oneOfGuide(system string) string {
	codes := guideCodes(system)
	return "one of " + strings.Join(codes[:len(codes)-1], ", ") + " and " + codes[len(codes)-1] + " (" + system + ")"
}
