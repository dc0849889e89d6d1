package schema

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
)

// keywords is a JSON object that keeps its order: a schema, or the properties of one.
type keywords []keyword

type keyword struct {
	name  string
	value any // keywords, list, names, json.RawMessage, string, bool or int
}

type (
	list  []keywords
	names []string
)

// get gives the value of a keyword, nil when it is not there.
func (k keywords) get(name string) any {
	for i := range k {
		if k[i].name == name {
			return k[i].value
		}
	}
	return nil
}

func (k keywords) with(name string, value any) keywords {
	return append(k, keyword{name, value})
}

func (k keywords) properties() keywords { p, _ := k.get("properties").(keywords); return p }
func (k keywords) required() names      { r, _ := k.get("required").(names); return r }
func (k keywords) allOf() list          { l, _ := k.get("allOf").(list); return l }

// join brings schemas together: their keywords beside each other, and what meets again in allOf.
func join(schemas ...keywords) keywords {
	var joined keywords
	var more list
	for _, s := range schemas {
		if slices.ContainsFunc(s, func(one keyword) bool { return one.name != "allOf" && joined.get(one.name) != nil }) {
			more = append(more, s)
			continue
		}
		for _, one := range s {
			if one.name != "allOf" {
				joined = append(joined, one)
			}
		}
		more = append(more, s.allOf()...)
	}
	if len(joined) == 0 && len(more) == 1 {
		return more[0]
	}
	if len(more) > 0 {
		joined = joined.with("allOf", more)
	}
	return joined
}

// anyOf is a schema that holds where one of several does.
func anyOf(schemas list) keywords {
	if len(schemas) == 1 {
		return schemas[0]
	}
	return keywords{{"anyOf", schemas}}
}

func equal(a, b any) bool { return bytes.Equal(appendJSON(nil, a), appendJSON(nil, b)) }

func size(k keywords) int { return len(appendJSON(nil, k)) }

// appendJSON writes a value of a schema without spaces.
func appendJSON(dst []byte, value any) []byte {
	switch v := value.(type) {
	case keywords:
		dst = append(dst, '{')
		for i := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendText(dst, v[i].name), ':')
			dst = appendJSON(dst, v[i].value)
		}
		return append(dst, '}')
	case list:
		return appendList(dst, v)
	case names:
		return appendList(dst, v)
	case json.RawMessage:
		return append(dst, v...)
	case bool:
		return strconv.AppendBool(dst, v)
	case int:
		return strconv.AppendInt(dst, int64(v), 10)
	case string:
		return appendText(dst, v)
	}
	panic("schema: a keyword has a value of no known kind")
}

func appendList[E any](dst []byte, items []E) []byte {
	dst = append(dst, '[')
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSON(dst, item)
	}
	return append(dst, ']')
}

// appendText writes a string as it is: what json.Marshal would escape for HTML stays readable.
func appendText(dst []byte, text string) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string can always be written
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
