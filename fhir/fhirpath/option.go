package fhirpath

// Option changes how an expression is compiled.
type Option func(*options)

type options struct {
	normative bool
	strict    bool
	on        string
}

// Normative asks for the current FHIRPath rules where they differ from those FHIR R4's own
// expressions were written for; see the package's documentation.
func Normative() Option { return func(o *options) { o.normative = true } }

// Strict makes it an error, when compiling, to name an element that cannot be there, to start
// with another type than the focus, to ask for the order of something without order, or to give a function
// what it can do nothing with. Together with On it checks the whole expression.
func Strict() Option { return func(o *options) { o.strict = true } }

// On says what the expression will be evaluated on: a type or the path of a backbone element
// ("Patient", "Patient.contact"). Branches that start with another type are then left out,
// which is what makes a search parameter of thirty types cheap for one of them.
func On(path string) Option { return func(o *options) { o.on = path } }
