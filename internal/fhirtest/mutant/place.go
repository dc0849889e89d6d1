package mutant

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// place is one member of an object or one item of an array, as spans of the source.
type place struct {
	path       string // "name[0].family"
	name       string // of the member; "" for an item
	key        int    // where the member's name starts; start for an item
	start, end int    // of the value
	cut        [2]int // what goes with it, its comma included
	parent     int    // the place it is in; -1 at the top
}

func (p *place) isMember() bool { return p.name != "" }

// reader finds the places of a JSON text.
type reader struct {
	source  []byte
	decoder *json.Decoder
	places  []place
}

// read lists the places of an object, in document order. It fails on what is not JSON.
func read(source []byte) ([]place, error) {
	r := &reader{source: source, decoder: json.NewDecoder(bytes.NewReader(source))}
	r.decoder.UseNumber()
	if _, _, err := r.value("", -1); err != nil {
		return nil, err
	}
	if _, err := r.decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("something after the resource: %v", err)
	}
	return r.places, nil
}

// start is where the next token stands.
func (r *reader) start() int {
	i := int(r.decoder.InputOffset())
	for i < len(r.source) && bytes.IndexByte([]byte(" \t\r\n,:"), r.source[i]) >= 0 {
		i++
	}
	return i
}

// value reads a value and the places in it, and returns its span.
func (r *reader) value(path string, parent int) (start, end int, err error) {
	start = r.start()
	token, err := r.decoder.Token()
	if err != nil {
		return 0, 0, err
	}
	if open, ok := token.(json.Delim); ok {
		err = r.inside(path, parent, open == '{')
	}
	return start, int(r.decoder.InputOffset()), err
}

// inside reads the members or items of what has been opened, and closes it.
func (r *reader) inside(path string, parent int, object bool) error {
	var children []int
	for r.decoder.More() {
		p := place{parent: parent, key: r.start(), path: path + "[" + strconv.Itoa(len(children)) + "]"}
		if object {
			name, err := r.decoder.Token()
			if err != nil {
				return err
			}
			p.name, _ = name.(string)
			p.path = path + "." + p.name
		}
		children, r.places = append(children, len(r.places)), append(r.places, p)
		own := len(r.places) - 1
		start, end, err := r.value(p.path, own)
		if err != nil {
			return err
		}
		r.places[own].start, r.places[own].end = start, end
	}
	r.cuts(children)
	_, err := r.decoder.Token()
	return err
}

// cuts sets what goes when a child is left out: the comma before it, or behind it when it is the first.
func (r *reader) cuts(children []int) {
	for i, child := range children {
		p := &r.places[child]
		switch {
		case i > 0:
			p.cut = [2]int{r.places[children[i-1]].end, p.end}
		case len(children) > 1:
			p.cut = [2]int{p.key, r.places[children[1]].key}
		default:
			p.cut = [2]int{p.key, p.end}
		}
	}
}
