package config

import (
	"errors"
	"net/url"
	"strings"
)

// mappings are the ways of issuers to write tokens that are known by name; see smart.Mappings.
var mappings = []string{"smart", "cis2", "nhs-login", "keycloak", "entra"}

var (
	errPerson = errors.New("an issuer and a subject are wanted, with a | between, and before them NAME= or nothing")
	errOrigin = errors.New("wanted: http or https, a host, and nothing after it")
)

func parseText(s string) (string, error) { return s, nil }

// parseIssuers takes URLs as they are: a slash at the end makes another issuer.
func parseIssuers(s string) ([]string, error) {
	words, _ := parseList(s)
	for _, word := range words {
		if _, err := parseBaseURL(word); err != nil {
			return nil, err
		}
	}
	return words, nil
}

// parsePeople takes NAME=issuer|subject. A name has no colon, and an issuer, which is a URL, one before it has any =.
func parsePeople(s string) ([]Person, error) {
	words, _ := parseList(s)
	var people []Person
	for _, word := range words {
		name, rest, named := strings.Cut(word, "=")
		if named = named && !strings.ContainsAny(name, ":|"); !named {
			name, rest = "", word
		}
		issuer, subject, found := strings.Cut(rest, "|")
		if !found || issuer == "" || subject == "" || named && name == "" {
			return nil, errPerson
		}
		people = append(people, Person{issuer, subject, name})
	}
	return people, nil
}

// parseOrigins takes origins as browsers send them (RFC 6454), or "*".
func parseOrigins(s string) ([]string, error) {
	words, _ := parseList(s)
	for i, word := range words {
		if word == "*" {
			continue
		}
		u, err := url.Parse(word)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Path+u.RawQuery+u.Fragment != "" {
			return nil, errOrigin
		}
		words[i] = strings.ToLower(word)
	}
	return words, nil
}
