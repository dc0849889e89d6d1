package validation

// The stable details of the rules that follow from what a resource is for: Bundles, narratives, Questionnaires and
// their responses, definitions.
const (
	DetailReferenceAmbiguous = "reference-ambiguous"
	DetailReferenceNotInside = "reference-not-in-bundle"
	DetailUnreachable        = "unreachable-entry"
	DetailReachableBackwards = "entry-reachable-backwards"
	DetailBundleLink         = "bundle-link"
	DetailBundleRequest      = "bundle-request"
	DetailSearchset          = "searchset"
	DetailStylesheet         = "stylesheet"
)

// resourceRules are the rules of the specification about whole resources and what only some of them have.
func resourceRules() []placedRule {
	return []placedRule{
		{"Bundle", checkBundleLinks},
		{"Bundle", checkDocument},
		{"Bundle", checkReachable},
		{"Bundle", checkSearchset},
		{"Bundle.entry", checkEntry},
		{"Bundle.entry", checkRequest},
		{"Reference", checkBundleReference},
	}
}
