package gen

// erratum is one expression that was published wrong.
type erratum struct {
	key       string
	published string
	corrected string
	reason    string
}

// anyKey is the key of an erratum that many invariants have in the same words.
const anyKey = ""

// errata are the invariants of R4 4.0.1 that refuse what their own human-readable text allows, allow what it refuses,
// or cannot be evaluated. HL7 corrected them in later releases. A published expression that no
// longer reads as written here fails the run.
//
// What has no row:
//   - untyped: three extensions (structuredefinition-json-type, -xml-type, -rdf-type) are published
//     with rows that have a type without a code; it is the one of the same row of Extension.
//   - Resource.id is published as type string; it is an id (https://hl7.org/fhir/R4/resource.html#id).
//   - The Patient and Device compartments do not say that their focus is in them: see compartment.go.
//   - Invariants that can never fire as published are left alone: Consent's ppc-2 to ppc-5 ask for
//     the code system "something".
var errata = []erratum{
	{
		key:       anyKey,
		published: "name.matches('[A-Z]([A-Za-z0-9_]){0,254}')",
		corrected: "name.exists() implies name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')",
		reason:    "a definition without a name is allowed, and gave an empty result; the whole name is meant, and matches() is content with a part",
	},
	{
		key:       "app-4",
		published: "Appointment.cancelationReason.exists() implies (Appointment.status='no-show' or Appointment.status='cancelled')",
		corrected: "cancelationReason.exists() implies (status='noshow' or status='cancelled')",
		reason:    "the code is noshow; and the path starts at the appointment, which may be contained",
	},
	{
		key:       "bdl-8",
		published: "fullUrl.contains('/_history/').not()",
		corrected: "fullUrl.empty() or fullUrl.contains('/_history/').not()",
		reason:    "an entry without fullUrl is allowed, and gave an empty result",
	},
	{
		key:       "eld-19",
		published: `path.matches('[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}(\\.[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}(\\[x\\])?(\\:[^\\s\\.]+)?)*')`,
		corrected: `path.matches('^[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}(\\.[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}(\\[x\\])?(\\:[^\\s\\.]+)?)*$')`,
		reason:    "the whole path is meant, and matches() is content with a part",
	},
	{
		key:       "eld-20",
		published: `path.matches('[A-Za-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*(\\[x])?)*')`,
		corrected: `path.matches('^[A-Za-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*(\\[x])?)*$')`,
		reason:    "the whole path is meant, and matches() is content with a part",
	},
	{
		key:       "que-12",
		published: "enableWhen.count() > 2 implies enableBehavior.exists()",
		corrected: "enableWhen.count() > 1 implies enableBehavior.exists()",
		reason:    "its words are: if there is more than one",
	},
	{
		key:       "ras-2",
		published: "probability is decimal implies (probability as decimal) <= 100",
		corrected: "probability.empty() or (probability is decimal implies (probability as decimal) <= 100)",
		reason:    "a prediction without probability is allowed, and gave an empty result",
	},
	{
		key:       "tim-9",
		published: "offset.empty() or (when.exists() and ((when in ('C' | 'CM' | 'CD' | 'CV')).not()))",
		corrected: "offset.empty() or (when.exists() and when.select($this in ('C' | 'CM' | 'CD' | 'CV')).allFalse())",
		reason:    "when repeats, and the left side of in must be a single item",
	},
}

// untyped are the rows published with a type that has no code, and the code.
var untyped = map[string]string{"Extension.id": "string", "Extension.url": "uri"}
