package token_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/smart"
	"hearken/internal/smart/token"
)

// informed is a world whose issuer tells of its people by userinfo, as CIS2 does.
func informed(t *testing.T, told object) *world {
	return newWorld(t, func(w *world, o *token.Options) {
		w.metadata, w.userinfo = object{"userinfo_endpoint": w.server.URL + "/userinfo"}, told
		o.Issuers[0].UserInfo, o.Issuers[0].Mapping = true, smart.Mappings()["cis2"]
	})
}

// person is what CIS2 tells of one.
var person = object{"sub": "ann", "selected_roleid": "555", "nhsid_nrbac_roles": []any{object{"person_roleid": "555", "org_code": "RBS"}}, "acr": "AAL3_ANY",
	"scope": "user/*.cruds", "client_id": "eve", "patient": "1"}

func TestUserInfo(t *testing.T) {
	for _, row := range []struct {
		name    string
		told    object
		changes object // of the token
		want    smart.Refusal
	}{
		{"of the person", person, nil, ""},
		{"of another person", person.with(object{"sub": "eve"}), nil, smart.ClaimMissing},
		{"of nobody", person.with(object{"sub": nil}), nil, smart.ClaimMissing},
		{"a weak login", person.with(object{"acr": "AAL1_USERPASS"}), nil, smart.AssuranceTooLow},
		{"the token's own claims count first", person, object{"acr": "AAL1_USERPASS"}, smart.AssuranceTooLow},
		{"it cannot say whom the token is for", person.with(object{"aud": base}), object{"aud": "https://other.example.org"}, smart.AudienceWrong},
		{"it cannot make it last", person.with(object{"exp": 9999999999}), object{"exp": nil}, smart.ClaimMissing},
		{"of a client, which is not asked about", object{"sub": "eve"}, object{"sub": nil}, ""},
	} {
		w := informed(t, row.told)
		w.want(row.name, w.good(row.changes), row.want)
	}
}

// What userinfo adds is who the person is, never what the token allows. It is asked once a token.
func TestUserInfo_Adds(t *testing.T) {
	w := informed(t, person)
	text := w.good(nil)
	for range 3 {
		got, err := w.bearer(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(smart.ParseScopes("user/*.rs"), got.Scopes); diff != "" || got.RoleID != "555" || got.OrganisationID != "RBS" || got.ClientID != "app" || !got.User {
			t.Errorf("the principal has role %s of %s, client %s, and scopes -want +got\n%s", got.RoleID, got.OrganisationID, got.ClientID, diff)
		}
	}
	if bare, err := w.bearer(w.good(object{"scope": nil, "client_id": nil})); err != nil || len(bare.Scopes.Granted) > 0 || bare.ClientID != "" {
		t.Errorf("a token without scopes and client has, by userinfo, %v of %q, %v", bare.Scopes, bare.ClientID, err)
	}
	if n := w.askedFor("/userinfo"); n != 2 {
		t.Errorf("the issuer was asked %d times, want once a token", n)
	}
}

func TestUserInfo_Refused(t *testing.T) {
	for status, want := range map[int]smart.Refusal{
		http.StatusUnauthorized: smart.TokenInactive, http.StatusForbidden: smart.TokenInactive, http.StatusBadGateway: smart.NotChecked, http.StatusFound: smart.NotChecked,
	} {
		w := informed(t, person)
		w.userinfoStatus = status
		w.want(http.StatusText(status), w.good(nil), want)
		w.change(func() { w.userinfoStatus = 0 })
		w.want(http.StatusText(status)+", and then not", w.good(nil), "")
	}
	w := informed(t, person)
	w.metadata = object{"userinfo_endpoint": "http://issuer.example.org/userinfo"}
	w.want("an endpoint by http", w.good(nil), smart.NotChecked)
}
