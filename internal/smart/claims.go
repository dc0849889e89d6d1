package smart

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// Claims are the members of a token's payload, of its header or of an introspection answer. Numbers are json.Number.
type Claims map[string]any

// maxClaimsDepth is how deeply claims may be nested: roles within organisations within a context, and room to spare.
const maxClaimsDepth = 16

var errClaims = errors.New("smart: not the JSON of claims")

// ParseClaims reads a JSON object, strictly: two readers must not find two different things in it (RFC 7519
// section 4, RFC 8725 section 2.4). Refused are a member given twice, at any depth, text that is not UTF-8,
// more than 16 levels, and anything before or after the object. Names are compared to the letter. Time and
// memory are linear in the text.
func ParseClaims(text []byte) (Claims, error) {
	if !utf8.Valid(text) {
		return nil, errClaims
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := claimValue(d, 0)
	object, ok := v.(map[string]any)
	if err != nil || !ok {
		return nil, errClaims
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errClaims
	}
	return object, nil
}

// claimValue reads one value, whatever it is.
func claimValue(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	opening, structured := t.(json.Delim)
	switch {
	case !structured:
		return t, nil
	case depth == maxClaimsDepth:
		return nil, errClaims
	case opening == '{':
		return claimObject(d, depth+1)
	}
	list := []any{}
	for d.More() {
		v, err := claimValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err = d.Token() // ']'
	return list, err
}

func claimObject(d *json.Decoder, depth int) (any, error) {
	object := map[string]any{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		text, ok := name.(string)
		if _, twice := object[text]; !ok || twice {
			return nil, errClaims
		}
		if object[text], err = claimValue(d, depth); err != nil {
			return nil, err
		}
	}
	_, err := d.Token() // '}'
	return object, err
}

// Text is a claim that is a string. ok is false when it is there and something else; a claim that is missing is "".
func (c Claims) Text(name string) (text string, ok bool) {
	v, found := c[name]
	if !found {
		return "", true
	}
	text, ok = v.(string)
	return text, ok
}

// Time is a claim that is a NumericDate of RFC 7519. ok is false when it is there and not a number of seconds in a
// year up to 9999; a claim that is missing is the zero time.
func (c Claims) Time(name string) (at time.Time, ok bool) {
	v, found := c[name]
	if !found {
		return time.Time{}, true
	}
	return numericDate(v)
}

const lastNumericDate = 253402300799 // 9999-12-31T23:59:59Z

func numericDate(v any) (time.Time, bool) {
	number, ok := v.(json.Number)
	if !ok {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseFloat(number.String(), 64)
	if err != nil || !(seconds >= 0 && seconds <= lastNumericDate) {
		return time.Time{}, false
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9)).UTC(), true
}

// Texts is a claim that is a string or a list of strings, as "aud" is. ok is false when it is there and neither.
func (c Claims) Texts(name string) (texts []string, ok bool) {
	v, found := c[name]
	if !found {
		return nil, true
	}
	return textsOf(v)
}

func textsOf(v any) (texts []string, ok bool) {
	switch v := v.(type) {
	case string:
		return []string{v}, true
	case []any:
		for _, item := range v {
			text, ok := item.(string)
			if !ok {
				return nil, false
			}
			texts = append(texts, text)
		}
		return texts, true
	}
	return nil, false
}
