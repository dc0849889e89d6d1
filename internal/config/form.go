package config

// Form is what the values of a setting look like, in words, in the help and in the file.
type Form struct {
	Placeholder string // in the help: "SIZE"
	Words       string // in an error: "a size such as 64MiB"
	Schema      map[string]any
}

// The forms. Schema is JSON Schema draft 2020-12 of the value in the file.
var (
	addressForm   = Form{"ADDRESS", "an address such as 127.0.0.1:8080", text}
	pathForm      = Form{"FOLDER", "the path of a folder", text}
	baseURLForm   = Form{"URL", "a URL such as https://fhir.example.nhs.uk/fhir", text}
	prefixesForm  = Form{"NETWORKS", "a list of addresses or networks such as 10.0.0.0/8", list}
	zoneForm      = Form{"ZONE", "a time zone such as Europe/London", text}
	booleanForm   = Form{"", "true or false", map[string]any{"type": "boolean"}}
	countForm     = Form{"N", "a whole number above zero", map[string]any{"type": "integer", "minimum": 1}}
	sizeForm      = Form{"SIZE", "a size such as 64MiB", map[string]any{"type": []any{"string", "integer"}}}
	pathsForm     = Form{"PATH", "a list of paths", list}
	urlsForm      = Form{"URL", "a list of canonicals", list}
	issuersForm   = Form{"URL", "a list of issuers, each a URL such as https://login.example.nhs.uk", list}
	peopleForm    = Form{"PERSON", "a list of issuer|subject, or NAME=issuer|subject", list}
	originsForm   = Form{"ORIGIN", "a list of origins such as https://app.example.nhs.uk, or *", list}
	fileForm      = Form{"FILE", "the path of a file", text}
	wordForm      = Form{"TEXT", "a text", text}
	wordsForm     = Form{"WORDS", "a list of words", list}
	retentionForm = Form{"TIME", "off, or days or years such as 90d or 8y", text}
	durationForm  = Form{"TIME", "a length of time such as 90s or 5m", text}
)

var (
	text = map[string]any{"type": "string"}
	list = map[string]any{"type": "array", "items": text}
)

// listSeparator stands between the items of a list in its text.
const listSeparator = ","

// isList reports whether values of the form are lists.
func (f *Form) isList() bool { return f.Schema["type"] == "array" }

// choice is the form of a setting that takes one of a few words.
func choice(words ...string) Form {
	f := Form{Schema: map[string]any{"type": "string"}}
	var enum []any
	for i, word := range words {
		if i > 0 {
			f.Placeholder += "|"
			f.Words += " or "
		}
		f.Placeholder += word
		f.Words += word
		enum = append(enum, word)
	}
	f.Schema["enum"] = enum
	return f
}
