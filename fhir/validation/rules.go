package validation

import "hearken/fhir/element"

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
	DetailNarrativeNesting   = "narrative-nesting"
	DetailNarrativeLink      = "narrative-link"
	DetailNarrativeID        = "narrative-id"
	DetailNarrativeLanguage  = "narrative-language"
	DetailURI                = "uri-form"
	DetailAttachment         = "attachment"
	DetailDefinition         = "definition-not-known"
	DetailDerivation         = "derivation"
	DetailOwnURL             = "extension-own-url"
	DetailContext            = "context-place"
	DetailElementType        = "element-type"
	DetailElementLimit       = "element-limit"
	DetailExpression         = "fhirpath"
	DetailObligation         = "obligation"
	DetailCodeSystem         = "code-system"
	DetailCode               = "code"
	DetailConceptMap         = "concept-map"
	DetailSearchParameter    = "search-parameter"
	DetailOperation          = "operation"
	DetailEnableWhen         = "enable-when"
	DetailQuestionnaire      = "questionnaire"
	DetailUnknownLink        = "unknown-link-id"
	DetailItemPlace          = "item-place"
	DetailItemText           = "item-text"
	DetailNotEnabled         = "not-enabled"
	DetailUnanswered         = "unanswered"
	DetailAnswerType         = "answer-type"
	DetailAnswerCount        = "answer-count"
	DetailAnswerLength       = "answer-length"
	DetailAnswerOption       = "answer-option"
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
		{"xhtml", checkNarrative},
		{"Attachment", checkAttachment},
		{"Questionnaire", checkQuestionnaire},
		{"StructureDefinition", checkStructureDefinition},
		{"StructureDefinition", checkObligations},
		{"ElementDefinition", checkElementDefinition},
		{"ValueSet.compose.include", checkInclude},
		{"CodeSystem", checkCodeSystem},
		{"ConceptMap.group", checkConceptMapGroup},
		{"SearchParameter", checkSearchParameter},
		{"CapabilityStatement.rest.resource.searchParam", checkSearchParam},
		{"OperationDefinition", checkOperationDefinition},
		{"QuestionnaireResponse", checkResponse},
	}
}

// learnt is what the rules of this file keep of a tree, so that asking again costs nothing. All of it is made
// at the first question.
type learnt struct {
	ids   idIndex
	forms map[element.Node]*form
}
