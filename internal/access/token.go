package access

import (
	"hearken/fhir"
	"hearken/fhir/search/query"
)

// The systems of access tokens; see the package comment.
const (
	systemPublic    = "public"
	systemDirectory = "directory"
	systemOrg       = "org"
	systemUrgent    = "urgent"
	systemContact   = "contact"
	systemSelf      = "self"
	systemEmergency = "emergency"
	systemOfficer   = "officer"
	systemFed       = "fed"
	systemAdmin     = "admin"
	systemMark      = "restricted" // nobody sees by it: it marks what has elements to withhold
	systemWaits     = "waits"      // nor by this: it stands on a Patient whose objection was taken back by one person alone
)

// The tokens that name nobody.
var (
	public    = query.Token{System: systemPublic}
	directory = query.Token{System: systemDirectory}
	urgent    = query.Token{System: systemUrgent}
	admin     = query.Token{System: systemAdmin}
	// Restricted marks the records of people whose whereabouts are withheld.
	Restricted = query.Token{System: systemMark}
	// FromPatient says, in an index and in no label, that a resource is withheld from the person.
	FromPatient = query.Token{System: "from-patient"}
)

// testOf is the condition of having a token. Those of the tokens that name nobody, which most callers see by,
// are made once.
func testOf(t query.Token) query.Test {
	if test, ok := namingNobody[t]; ok {
		return test
	}
	return query.TokenTest{System: t.System, Code: t.Code}
}

var namingNobody = map[query.Token]query.Test{
	public:    query.TokenTest{System: systemPublic},
	directory: query.TokenTest{System: systemDirectory},
	urgent:    query.TokenTest{System: systemUrgent},
	admin:     query.TokenTest{System: systemAdmin},
}

func ofOrganisation(code string) query.Token { return query.Token{System: systemOrg, Code: code} }

func ofOfficer(code string) query.Token { return query.Token{System: systemOfficer, Code: code} }

func fedBy(code string) query.Token { return query.Token{System: systemFed, Code: code} }

func ofPatient(system string, id fhir.ID) query.Token {
	return query.Token{System: system, Code: string(id)}
}
