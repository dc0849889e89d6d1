package fhirpath

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"strings"
	"unicode/utf8"
)

// Functions encode, decode, escape and unescape (http://hl7.org/fhirpath/#additional-string-functions).

func encode(_ *Env, c *scalarCall, in Item, args []Item) (Item, error) {
	switch args[0].text {
	case "hex":
		return OfString(hex.EncodeToString([]byte(in.text))), nil
	case "base64":
		return OfString(base64.StdEncoding.EncodeToString([]byte(in.text))), nil
	case "urlbase64":
		return OfString(base64.URLEncoding.EncodeToString([]byte(in.text))), nil
	}
	return Item{}, nil
}

// decode is empty for what is not in the encoding, or is no text.
func decode(_ *Env, _ *scalarCall, in Item, args []Item) (Item, error) {
	var decoded []byte
	var err error
	switch args[0].text {
	case "hex":
		decoded, err = hex.DecodeString(in.text)
	case "base64":
		decoded, err = base64.StdEncoding.DecodeString(in.text)
	case "urlbase64":
		decoded, err = base64.URLEncoding.DecodeString(in.text)
	default:
		return Item{}, nil
	}
	if err != nil || !utf8.Valid(decoded) {
		return Item{}, nil
	}
	return OfString(string(decoded)), nil
}

// htmlEscapes are the five characters that mean something in HTML.
var htmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

func escape(_ *Env, _ *scalarCall, in Item, args []Item) (Item, error) {
	switch args[0].text {
	case "html":
		return OfString(htmlEscapes.Replace(in.text)), nil
	case "json":
		var out strings.Builder
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(in.text); err != nil {
			return Item{}, nil
		}
		text := strings.TrimSuffix(out.String(), "\n")
		return OfString(text[1 : len(text)-1]), nil
	}
	return Item{}, nil
}

func unescape(_ *Env, _ *scalarCall, in Item, args []Item) (Item, error) {
	switch args[0].text {
	case "html":
		return OfString(html.UnescapeString(in.text)), nil
	case "json":
		var text string
		if json.Unmarshal([]byte(`"`+in.text+`"`), &text) == nil {
			return OfString(text), nil
		}
		// A quotation mark that was not escaped is one all the same.
		return OfString(strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(in.text)), nil
	}
	return Item{}, nil
}
