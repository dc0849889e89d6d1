package fhir

// Severity says how much an issue matters (https://hl7.org/fhir/R4/valueset-issue-severity.html).
type Severity string

// The four severities, most severe first.
const (
	Fatal         Severity = "fatal"
	SeverityError Severity = "error"
	Warning       Severity = "warning"
	Information   Severity = "information"
)

// IssueCode is a code of the IssueType value set (https://hl7.org/fhir/R4/valueset-issue-type.html).
type IssueCode string

// The issue types the server reports.
const (
	CodeInvalid         IssueCode = "invalid"          // content that cannot be read at all
	CodeStructure       IssueCode = "structure"        // an element where none may stand
	CodeRequired        IssueCode = "required"         // an element that must be there is not
	CodeValue           IssueCode = "value"            // a value of the wrong form
	CodeInvariant       IssueCode = "invariant"        // a constraint that does not hold
	CodeSecurity        IssueCode = "security"         // refused for the safety of the server
	CodeLogin           IssueCode = "login"            // no or no usable token
	CodeForbidden       IssueCode = "forbidden"        // not allowed to this caller
	CodeSuppressed      IssueCode = "suppressed"       // some content is withheld
	CodeProcessing      IssueCode = "processing"       // content understood, but refused
	CodeNotSupported    IssueCode = "not-supported"    // not offered by this server
	CodeDuplicate       IssueCode = "duplicate"        // the same thing exists, or twice in one Bundle
	CodeMultipleMatches IssueCode = "multiple-matches" // criteria that select more than one
	CodeNotFound        IssueCode = "not-found"        // no such resource
	CodeDeleted         IssueCode = "deleted"          // the resource was deleted
	CodeTooLong         IssueCode = "too-long"         // larger than the server accepts
	CodeInvalidCode     IssueCode = "code-invalid"     // a code outside its value set
	CodeExtension       IssueCode = "extension"        // an extension that is not allowed or not known
	CodeTooCostly       IssueCode = "too-costly"       // more work than the server will do
	CodeBusinessRule    IssueCode = "business-rule"    // a rule of the urgent care plan
	CodeConflict        IssueCode = "conflict"         // does not fit with what is stored
	CodeLockError       IssueCode = "lock-error"       // a precondition (If-Match) did not hold
	CodeTransient       IssueCode = "transient"        // could not be done now; try again
	CodeTimeout         IssueCode = "timeout"          // took too long
	CodeIncomplete      IssueCode = "incomplete"       // there may be more than is told
	CodeNoStore         IssueCode = "no-store"         // nowhere left to store
	CodeThrottled       IssueCode = "throttled"        // too many requests
	CodeException       IssueCode = "exception"        // a fault of the server
	CodeExpired         IssueCode = "expired"          // a page cursor or session that is too old
	CodeInformational   IssueCode = "informational"    // nothing wrong
)

// Issue is one fault or remark, with its place
// (https://hl7.org/fhir/R4/operationoutcome.html). Diagnostics is words for a developer and
// never holds patient data: element names and codes, not values.
type Issue struct {
	Severity    Severity
	Code        IssueCode
	Detail      string   // a stable code of Hearken's own ("unknown-element"), for programs; may be empty
	Diagnostics string   // words for a person
	Expression  []string // FHIRPath locations, "Patient.name[0].family"; or "http.Header" forms for requests
	Element     string   // what it is about, where Expression does not say that alone: one that is missing, or may not stand where it does
	Line        int      // 1-based line in the request body; 0 when unknown
	Column      int      // 1-based byte column; 0 when unknown
}

// Elements are the locations of what an issue is about, which need not be there.
func (i *Issue) Elements() []string {
	if i.Element != "" {
		return []string{i.Element}
	}
	return i.Expression
}

// Outcome is all the issues of one act.
type Outcome []Issue

// Failed reports whether any issue is an error or fatal.
func (o Outcome) Failed() bool {
	for _, issue := range o {
		if issue.Severity == SeverityError || issue.Severity == Fatal {
			return true
		}
	}
	return false
}
