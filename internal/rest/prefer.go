package rest

import (
	"strings"

	"hearken/internal/interaction"
)

// prefer reads the Prefer headers (https://hl7.org/fhir/R4/http.html#ops, RFC 7240). Of a preference said twice
// the first counts; those not known here are ignored, as the RFC asks.
func prefer(headers []string) interaction.Prefer {
	var p interaction.Prefer
	handling := ""
	for _, header := range headers {
		for preference := range strings.SplitSeq(strings.ReplaceAll(header, ";", ","), ",") {
			name, value, _ := strings.Cut(preference, "=")
			value = strings.Trim(strings.TrimSpace(value), `"`)
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "return":
				if p.Return == "" {
					p.Return = returns[strings.ToLower(value)]
				}
			case "handling":
				if handling == "" {
					handling = strings.ToLower(value)
				}
			}
		}
	}
	p.Lenient = handling == "lenient"
	return p
}

// returns are the values of return= as Prefer.Return has them.
var returns = map[string]string{
	"minimal":          "minimal",
	"representation":   "representation",
	"operationoutcome": "OperationOutcome",
}
