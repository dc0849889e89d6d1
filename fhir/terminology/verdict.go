package terminology

// Answer is what is known of a membership. It has three values because most of the world's codes are not loaded
// anywhere.
type Answer uint8

// The three answers.
const (
	Unknown Answer = iota // it cannot be told from what is loaded
	In                    // it is a member
	NotIn                 // it is not
)

// String names the answer: "unknown", "in", "not in".
func (a Answer) String() string { return [...]string{"unknown", "in", "not in"}[a] }

// Reason says why a code is not known to be in. The zero Reason goes with In.
type Reason uint8

// The reasons of NotIn, the more telling the later, then those of Unknown.
const (
	OtherSystem Reason = iota + 1 // the value set has no codes of that system at all
	NotListed                     // the system has the code, the value set does not select it
	Excluded                      // selected and excluded again
	NoSuchCode                    // the code system, known as a whole, has no such code
	Malformed                     // the code breaks the grammar or check digit of its system
	Inactive                      // retired, and the value set wants none that are

	UnknownValueSet  // Subject is not loaded
	UnknownSystem    // Subject is not loaded
	UnknownVersion   // Subject, "url|version", is not loaded in this version
	IncompleteSystem // Subject is loaded in part, and the code is not in that part
	PartialExpansion // the value set Subject is loaded as an expansion only, and not all of that
	Unlisted         // the codes of the system Subject have a grammar and no list
	UnknownFilter    // Subject, "property op value", cannot be evaluated
	OtherVersion     // the value set takes Subject, "url|version", and another version was asked for
	Changed          // Subject was changed after the time that was asked about
	Undated          // Subject does not say when it was last changed
	Circular         // the value set Subject imports itself
	TooCostly        // the value set Subject is more work than is done for one
)

var reasonWords = [...]string{
	NotListed:        "the value set does not have the code",
	Excluded:         "the value set excludes the code",
	OtherSystem:      "the value set has no codes of this system",
	NoSuchCode:       "the code system has no such code",
	Malformed:        "the code is not of the form its system prescribes",
	Inactive:         "the code is inactive, and the value set has only active ones",
	UnknownValueSet:  "a value set is not loaded",
	UnknownSystem:    "a code system is not loaded",
	UnknownVersion:   "a code system or value set is not loaded in this version",
	IncompleteSystem: "a code system is loaded in part only",
	PartialExpansion: "a value set is loaded as a part of its expansion only",
	Unlisted:         "a code system has a grammar for its codes and no list",
	UnknownFilter:    "a filter cannot be evaluated",
	OtherVersion:     "a value set takes a code system in another version than the one asked for",
	Changed:          "a definition was changed after that date, and what it was before is not kept",
	Undated:          "it is not known whether a definition was the same on that date",
	Circular:         "a value set imports itself",
	TooCostly:        "a value set is more work than this server does",
}

// String says the reason in words; "" for the zero Reason.
func (r Reason) String() string { return reasonWords[r] }

// Verdict is an Answer with its reason.
type Verdict struct {
	Answer  Answer
	Reason  Reason
	Subject string // the canonical or filter that the reason is about, from the definitions; "" when it is the code itself
}

// Message is the reason with its subject, for an OperationOutcome. It holds nothing of what was asked.
func (v Verdict) Message() string {
	if v.Subject == "" {
		return v.Reason.String()
	}
	return v.Reason.String() + ": " + v.Subject
}

var in = Verdict{Answer: In}

func notIn(reason Reason) Verdict { return Verdict{Answer: NotIn, Reason: reason} }

func unknown(reason Reason, subject string) Verdict { return Verdict{Unknown, reason, subject} }

// and is both: a definite no decides, whatever is unknown.
func and(a, b Verdict) Verdict {
	if a.Answer == NotIn || a.Answer == Unknown && b.Answer == In {
		return a
	}
	return b
}
