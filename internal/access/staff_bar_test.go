package access_test

import (
	"testing"

	"hearken/internal/access"
)

// That an organisation is not active is said by administrators who are on no organisation's list.
func TestMayBar(t *testing.T) {
	for _, row := range []struct {
		caller access.Caller
		may    bool
	}{
		{access.Caller{Role: access.Administrator}, true}, {access.Caller{Role: access.Administrator, Organisation: "A"}, false}, {access.Caller{Role: access.PrivacyOfficer, Organisation: "A"}, false},
		{access.Caller{Role: access.Clinical}, false}, {access.Caller{}, false},
	} {
		if err := row.caller.MayBar(); (err == nil) != row.may {
			t.Errorf("%+v: %v", row.caller, err)
		}
	}
}
