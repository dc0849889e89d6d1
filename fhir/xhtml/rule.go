package xhtml

import (
	"bytes"
	"html"
	"strings"
)

// isAttribute names the attributes that may stand on any element.
func isAttribute(name []byte) bool {
	switch string(name) {
	case "title", "style", "class", "id", "lang", "xml:lang", "dir", "accesskey", "tabindex",
		"span", "width", "align", "valign", "char", "charoff", "abbr", "axis", "headers", "scope", "rowspan", "colspan":
		return true
	}
	return false
}

// elementAttributes may stand on some.
var elementAttributes = map[string][]string{
	"a":          {"href", "name", "charset", "type", "hreflang", "rel", "rev", "shape", "coords", "target"},
	"img":        {"src", "alt", "border", "longdesc", "height", "usemap", "ismap"},
	"map":        {"name"},
	"area":       {"shape", "coords", "href", "nohref", "alt"},
	"blockquote": {"cite"},
	"q":          {"cite"},
	"ins":        {"cite", "datetime"},
	"del":        {"cite", "datetime"},
	"table":      {"summary", "border", "frame", "rules", "cellspacing", "cellpadding", "bgcolor"},
	"tr":         {"bgcolor"},
	"th":         {"nowrap", "height", "bgcolor"},
	"td":         {"nowrap", "height", "bgcolor"},
	"pre":        {"space", "xml:space"},
	"ol":         {"type", "start"},
	"ul":         {"type"},
	"li":         {"value"},
}

// isLink names the attributes a click or a rendering follows.
func isLink(name []byte) bool {
	switch string(name) {
	case "href", "src", "cite", "longdesc", "usemap":
		return true
	}
	return false
}

// isReferring names the attributes that refer, are referred to, or say a language.
func isReferring(name []byte) bool {
	switch string(name) {
	case "href", "src", "id", "name", "lang", "xml:lang":
		return true
	}
	return false
}

// isQuietLink reports whether following a link runs nothing in the page: its scheme is none of a
// browser's that mean a script, nor a data URL that could be a document. Browsers drop
// white space and controls from a scheme, and so does this.
func isQuietLink(value []byte) bool {
	colon := bytes.IndexAny(value, ":&")
	if colon < 0 {
		return true
	}
	link := compact(value)
	scheme, rest, ok := strings.Cut(link, ":")
	switch {
	case !ok:
		return true
	case scheme == "javascript" || scheme == "vbscript":
		return false
	case scheme == "data":
		return strings.HasPrefix(rest, "image/") && !strings.HasPrefix(rest, "image/svg")
	}
	return true
}

// compact is an attribute's value in lower case, references resolved, without white space and controls.
func compact(value []byte) string {
	return strings.Map(func(c rune) rune {
		if c <= ' ' || c == 0x7F {
			return -1
		}
		return c
	}, strings.ToLower(html.UnescapeString(string(value))))
}

// isQuietStyle reports whether a style only formats: nothing in it fetches from elsewhere or
// runs. Escapes could spell anything and have no use here.
func isQuietStyle(value []byte) bool {
	if !bytes.ContainsAny(value, `(\&@`) && !bytes.Contains(value, []byte("/*")) {
		return true
	}
	style := compact(value)
	if strings.ContainsAny(style, `\@`) || strings.Contains(style, "/*") || strings.Contains(style, "expression") {
		return false
	}
	for _, after := range strings.Split(style, "url(")[1:] {
		if !isLocalURL(strings.Trim(after, "'\"")) {
			return false
		}
	}
	return true
}

// isLocalURL reports whether what a style names lies beside the document or in the style itself: published
// narratives have such backgrounds. Anything else would tell another server who reads what.
func isLocalURL(url string) bool {
	if strings.HasPrefix(url, "data:image/") && !strings.HasPrefix(url, "data:image/svg") {
		return true
	}
	end := strings.IndexAny(url, ")?#")
	if end < 0 {
		end = len(url)
	}
	return !strings.HasPrefix(url, "//") && !strings.Contains(url[:end], ":")
}
