package devlogin

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Client logs in at a server with this login, as an app and somebody's browser would together: for scripts and tests.
type Client struct {
	HTTP *http.Client // nil for http.DefaultClient
	Base string       // the service base
}

// appRedirect is where the app would be; nobody goes there.
const appRedirect = "http://127.0.0.1/"

// loginField finds the login in the page that asks who somebody is, and pageFault what the page says against it.
var (
	loginField = regexp.MustCompile(`name="login" value="([^"]+)"`)
	pageFault  = regexp.MustCompile(`class="fault" role="alert">([^<]*)<`)
)

// Login is what the token endpoint answers when a person logs in; patient is the NHS number to choose where
// scope asks for one, launch what the app was launched with. The error says what the server had against it.
func (c *Client) Login(ctx context.Context, person, scope, patient, launch string) (map[string]any, error) {
	endpoints, err := c.endpoints(ctx)
	if err != nil {
		return nil, err
	}
	const verifier = "a-script-of-one-person-on-their-own-machine-has-nobody-to-hide-from"
	challenge := sha256.Sum256([]byte(verifier))
	page, _, err := c.do(ctx, http.MethodGet, endpoints.Authorize+"?"+url.Values{
		"client_id": {AppClient}, "redirect_uri": {appRedirect}, "response_type": {"code"}, "scope": {scope}, "aud": {c.Base}, "launch": {launch},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}.Encode(), nil)
	if err != nil {
		return nil, err
	}
	field := loginField.FindSubmatch(page)
	if field == nil {
		return nil, faultOf(page)
	}
	page, to, err := c.do(ctx, http.MethodPost, strings.TrimSuffix(endpoints.Authorize, "authorize")+"login", url.Values{"login": {string(field[1])}, "person": {person}, "patient": {patient}})
	if err != nil {
		return nil, err
	}
	code := to.Get("code")
	if code == "" {
		return nil, faultOf(page)
	}
	return c.token(ctx, endpoints.Token, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {appRedirect},
		"client_id": {AppClient}, "code_verifier": {verifier}})
}

// endpoints are those of the login, as the server says.
func (c *Client) endpoints(ctx context.Context) (found struct {
	Authorize string `json:"authorization_endpoint"`
	Token     string `json:"token_endpoint"`
}, err error) {
	text, _, err := c.do(ctx, http.MethodGet, c.Base+"/.well-known/smart-configuration", nil)
	if err != nil {
		return found, err
	}
	if err := json.Unmarshal(text, &found); err != nil || found.Authorize == "" || found.Token == "" {
		return found, errors.New("there is no login at " + c.Base)
	}
	return found, nil
}

// token is what the token endpoint answers to a form.
func (c *Client) token(ctx context.Context, endpoint string, form url.Values) (answer map[string]any, err error) {
	text, _, err := c.do(ctx, http.MethodPost, endpoint, form)
	if err != nil {
		return nil, err
	}
	err = json.Unmarshal(text, &answer)
	return answer, err
}

func faultOf(page []byte) error {
	if fault := pageFault.FindSubmatch(page); fault != nil {
		return errors.New(string(fault[1]))
	}
	return errors.New("the login answers with no page of its own")
}

// do makes a request and gives the body, and the query of where it redirects to, which is not followed.
func (c *Client) do(ctx context.Context, method, address string, form url.Values) (body []byte, to url.Values, err error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := http.Client{}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close() //nolint:errcheck // only read from
	if body, err = io.ReadAll(io.LimitReader(response.Body, maxForm)); err != nil {
		return nil, nil, err
	}
	if at, err := response.Location(); err == nil {
		if words := at.Query().Get("error"); words != "" {
			return nil, nil, errors.New(words + ": " + at.Query().Get("error_description"))
		}
		return body, at.Query(), nil
	}
	if response.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("%s %s = %d %s", method, r.URL.Path, response.StatusCode, body)
	}
	return body, nil, nil
}
