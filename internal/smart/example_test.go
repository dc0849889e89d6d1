package smart_test

import (
	"fmt"

	"hearken/internal/smart"
)

func ExampleParseScopes() {
	s := smart.ParseScopes("openid launch/patient patient/*.read user/CarePlan.rs?status=active patient/*.sr")
	for _, scope := range s.Granted {
		fmt.Println(scope)
	}
	fmt.Println(s.Known, s.Unknown)
	// Output:
	// patient/*.rs
	// user/CarePlan.rs?status=active
	// [openid launch/patient] [patient/*.sr]
}

func ExampleRules_Restrict() {
	p := &smart.Principal{Scopes: smart.ParseScopes("patient/CarePlan.rs?status=active")}
	p.Context.Patient = "123"
	fmt.Println(rules().Restrict(p, "CarePlan", smart.Read))
	_, err := rules().Restrict(p, "CarePlan", smart.Update)
	fmt.Println(err)
	// Output:
	// (in "Patient/123" & CarePlan.status is *|"active") <nil>
	// forbidden: the scopes of the access token do not allow this: it takes CarePlan.u
}
