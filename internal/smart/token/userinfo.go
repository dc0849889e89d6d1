package token

import (
	"context"
	"errors"
	"maps"
	"net/http"

	"hearken/internal/smart"
)

// onlyOfTheToken are claims that userinfo cannot add to a token: what the token is for, when, and for whom.
// Some name the client: were they to come from userinfo, they could make a person of a client.
var onlyOfTheToken = []string{"iss", "aud", "exp", "nbf", "iat", "jti", "cnf", "scope", "scp", "client_id", "azp", "appid", "act", "active"}

var errNoUserInfo = errors.New("token: the issuer's metadata has no userinfo_endpoint by https")

// withUserInfo is the claims of a token together with those the issuer tells of its subject
// (https://openid.net/specs/openid-connect-core-1_0.html#UserInfo). The token's own count first. Both must be
// about the same subject. A token without subject is no person's, and is not asked about.
func (i *issuer) withUserInfo(ctx context.Context, s subject) (smart.Claims, error) {
	about, ok := s.claims.Text("sub")
	if !ok || about == "" {
		return s.claims, nil
	}
	m, err := i.metadata.current(ctx)
	if err != nil {
		return nil, notChecked(err)
	}
	if !isWebURL(withoutQuery(m.UserInfoEndpoint)) {
		return nil, notChecked(errNoUserInfo)
	}
	told, err := i.web.getAs(ctx, m.UserInfoEndpoint, s.token)
	var status statusError
	if errors.As(err, &status) && (status == http.StatusUnauthorized || status == http.StatusForbidden) {
		return nil, smart.Refused(smart.TokenInactive)
	}
	if err != nil {
		return nil, notChecked(err)
	}
	if sub, ok := told.Text("sub"); !ok || sub != about {
		return nil, missing("sub")
	}
	for _, name := range onlyOfTheToken {
		delete(told, name)
	}
	maps.Copy(told, s.claims)
	return told, nil
}
