package interaction

import (
	"strconv"

	"hearken/fhir/element"
)

// jsonWriter writes JSON member by member. What is open is for its user to know and to close.
type jsonWriter struct{ json []byte }

// comma separates from what stands before.
func (w *jsonWriter) comma() {
	if n := len(w.json); n > 0 && w.json[n-1] != '{' && w.json[n-1] != '[' {
		w.json = append(w.json, ',')
	}
}

// member begins a member of the object that is open.
func (w *jsonWriter) member(name string) {
	w.comma()
	w.json = append(w.json, '"')
	w.json = append(w.json, name...)
	w.json = append(w.json, `":`...)
}

// text is a string member; nothing for "".
func (w *jsonWriter) text(name, value string) {
	if value != "" {
		w.member(name)
		w.json = element.AppendString(w.json, value)
	}
}

// raw is a member that is JSON already; nothing for none.
func (w *jsonWriter) raw(name string, value []byte) {
	if len(value) > 0 {
		w.member(name)
		w.json = append(w.json, value...)
	}
}

// flag is a member that is true; nothing for false.
func (w *jsonWriter) flag(name string, value bool) {
	if value {
		w.raw(name, []byte("true"))
	}
}

func (w *jsonWriter) number(name string, value int) {
	w.member(name)
	w.json = strconv.AppendInt(w.json, int64(value), 10)
}

// open begins a member that is an object or an array.
func (w *jsonWriter) open(name string, bracket byte) {
	w.member(name)
	w.json = append(w.json, bracket)
}

// item begins an object in the array that is open.
func (w *jsonWriter) item() {
	w.comma()
	w.json = append(w.json, '{')
}

func (w *jsonWriter) close(brackets string) { w.json = append(w.json, brackets...) }
