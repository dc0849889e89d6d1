package smart

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"hearken/fhir"
)

// Level is whose access a scope is about.
type Level string

// The three levels.
const (
	PatientLevel Level = "patient" // the record of the patient in context
	UserLevel    Level = "user"    // all the person who uses the app may see
	SystemLevel  Level = "system"  // a client that acts for itself
)

// Pair is one search parameter of a granular scope, decoded.
type Pair struct{ Name, Value string }

// Scope is one scope for data. Type "" is any type. With Parameters it covers only resources that satisfy all of them.
type Scope struct {
	Level       Level
	Type        fhir.Type
	Permissions Permissions
	Parameters  []Pair
}

// String is the scope in the form of version 2, parameters escaped: "patient/Observation.rs?category=a%7Cb".
func (s Scope) String() string {
	name := string(s.Type)
	if name == "" {
		name = anyType
	}
	text := string(s.Level) + "/" + name + "." + s.Permissions.String()
	if len(s.Parameters) > 0 {
		text += "?" + printPairs(s.Parameters)
	}
	return text
}

func printPairs(pairs []Pair) string {
	texts := make([]string, len(pairs))
	for i, pair := range pairs {
		texts[i] = url.QueryEscape(pair.Name) + "=" + url.QueryEscape(pair.Value)
	}
	return strings.Join(texts, "&")
}

// Scopes are the scopes of a token, understood. The zero value grants nothing.
type Scopes struct {
	Granted []Scope  // for data
	Known   []string // that SMART and OpenID Connect define and that grant no data: "openid", "launch/patient"
	Unknown []string // all others, as written: for display only, they grant nothing
}

// withoutData are the scopes that ask for context, identity or refresh
// (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#scopes-for-requesting-context-data).
var withoutData = map[string]bool{
	"openid": true, "profile": true, "email": true, "phone": true, "address": true, "fhirUser": true,
	"offline_access": true, "online_access": true, "launch": true, "launch/patient": true, "launch/encounter": true,
}

const (
	anyType         = "*"
	maxScopes       = 512 // scopes of a token that are looked at; what follows grants nothing
	maxScopePairs   = 16  // parameters of a granular scope
	maxScopeUnknown = 64  // that are kept
)

// ParseScopes reads a scope string: scopes of version 1 and 2, parted by spaces. It never fails: what is not understood
// to the letter is Unknown and grants nothing.
func ParseScopes(text string) Scopes {
	var s Scopes
	count := 0
	for one := range strings.SplitSeq(text, " ") {
		if one == "" {
			continue
		}
		if count++; count > maxScopes {
			break
		}
		s.add(one)
	}
	return s
}

func (s *Scopes) add(text string) {
	if withoutData[text] {
		s.Known = append(s.Known, text)
	} else if scope, ok := parseScope(text); ok {
		s.Granted = append(s.Granted, scope)
	} else if len(s.Unknown) < maxScopeUnknown {
		s.Unknown = append(s.Unknown, text)
	}
}

// parseScope reads level/type.permissions, with ?name=value&… in version 2.
func parseScope(text string) (s Scope, ok bool) {
	text, parameters, granular := strings.Cut(text, "?")
	level, rest, _ := strings.Cut(text, "/")
	name, letters, found := strings.Cut(rest, ".")
	s.Level = Level(level)
	if s.Level != PatientLevel && s.Level != UserLevel && s.Level != SystemLevel || !found {
		return Scope{}, false
	}
	if name != anyType {
		if s.Type = fhir.Type(name); !isTypeName(name) {
			return Scope{}, false
		}
	}
	if s.Permissions = version1[letters]; s.Permissions != 0 {
		return s, !granular // version 1 has no parameters: what they would mean is anybody's guess
	}
	if s.Permissions, ok = parsePermissions(letters); !ok {
		return Scope{}, false
	}
	if granular {
		s.Parameters, ok = parsePairs(parameters)
	}
	return s, ok
}

// isTypeName reports whether a name has the form of a resource type's. Whether there is such a type need not
// be known: no request is for one that there is not.
func isTypeName(name string) bool {
	if name == "" || name[0] < 'A' || name[0] > 'Z' {
		return false
	}
	for i := range len(name) {
		if c := name[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// parsePairs reads the parameters of a granular scope; one that is not whole spoils all.
func parsePairs(text string) ([]Pair, bool) {
	var pairs []Pair
	for one := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(one, "=")
		name, nameOK := unescape(name)
		value, valueOK := unescape(value)
		if !nameOK || !valueOK || len(pairs) == maxScopePairs {
			return nil, false
		}
		pairs = append(pairs, Pair{name, value})
	}
	return pairs, true
}

// unescape decodes a name or value, which must then be some printable text.
func unescape(text string) (string, bool) {
	text, err := url.QueryUnescape(text)
	return text, err == nil && text != "" && utf8.ValidString(text) && strings.IndexFunc(text, unicode.IsControl) < 0
}
