package load

import (
	"bytes"
	"encoding/json"
	"errors"
)

// request is what one resource becomes on the wire.
type request struct {
	method    string
	path      string // below the service base
	body      []byte
	resources int // how many resources it is to store
}

// head is what has to be known of a resource to send it.
type head struct {
	ResourceType string          `json:"resourceType"`
	ID           string          `json:"id"`
	Type         json.RawMessage `json:"type"` // a code in a Bundle, something else elsewhere
	Entry        json.RawMessage `json:"entry"`
}

var errNotResource = errors.New("not a resource in JSON: it has no resourceType")

// plan decides how to send the text of one resource or Bundle.
func plan(text []byte) (request, error) {
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	var h head
	if err := json.Unmarshal(text, &h); errors.As(err, new(*json.SyntaxError)) {
		return request{}, errors.New("not JSON: " + err.Error())
	} else if err != nil || h.ResourceType == "" {
		return request{}, errNotResource
	}
	if h.ResourceType == "Bundle" {
		var kind string
		_ = json.Unmarshal(h.Type, &kind) // what is no code is no Bundle type we know: the server will say so
		switch kind {
		case "transaction", "batch":
			return planInteractions(text, h.Entry)
		case "collection", "searchset":
			return planCollection(h.Entry)
		}
	}
	return planSingle(text, h), nil
}

// planSingle puts a resource under its id, or creates it when it has none.
func planSingle(text []byte, h head) request {
	if h.ID == "" {
		return request{"POST", h.ResourceType, text, 1}
	}
	return request{"PUT", h.ResourceType + "/" + h.ID, text, 1}
}

// planInteractions counts the entries that store something.
func planInteractions(text, entries json.RawMessage) (request, error) {
	var entry []struct {
		Request struct {
			Method string `json:"method"`
		} `json:"request"`
	}
	if len(entries) > 0 {
		if err := json.Unmarshal(entries, &entry); err != nil {
			return request{}, errors.New("Bundle.entry is not an array of entries")
		}
	}
	r := request{"POST", "", text, 0}
	for _, e := range entry {
		if e.Request.Method == "POST" || e.Request.Method == "PUT" || e.Request.Method == "PATCH" {
			r.resources++
		}
	}
	return r, nil
}

// collected is an entry of a Bundle that only holds resources.
type collected struct {
	FullURL  string          `json:"fullUrl"`
	Resource json.RawMessage `json:"resource"`
	Search   struct {
		Mode string `json:"mode"`
	} `json:"search"`
}

// planCollection makes a transaction of a Bundle that only holds resources, so that references between its
// entries hold and all of it is stored or nothing.
func planCollection(entries json.RawMessage) (request, error) {
	var entry []collected
	if len(entries) > 0 {
		if err := json.Unmarshal(entries, &entry); err != nil {
			return request{}, errors.New("Bundle.entry is not an array of entries")
		}
	}
	var out bytes.Buffer
	out.WriteString(`{"resourceType":"Bundle","type":"transaction","entry":[`)
	n := 0
	for _, e := range entry {
		if len(e.Resource) == 0 || e.Search.Mode == "outcome" {
			continue
		}
		var h head
		if err := json.Unmarshal(e.Resource, &h); err != nil || h.ResourceType == "" {
			return request{}, errNotResource
		}
		if n > 0 {
			out.WriteByte(',')
		}
		n++
		writeEntry(&out, e, planSingle(nil, h))
	}
	out.WriteString(`]}`)
	if n == 0 {
		return request{"POST", "", []byte(`{"resourceType":"Bundle","type":"transaction"}`), 0}, nil
	}
	return request{"POST", "", out.Bytes(), n}, nil
}

func writeEntry(out *bytes.Buffer, e collected, as request) {
	quote := func(s string) []byte { text, _ := json.Marshal(s); return text } // a string always marshals
	out.WriteByte('{')
	if e.FullURL != "" {
		out.WriteString(`"fullUrl":`)
		out.Write(quote(e.FullURL))
		out.WriteByte(',')
	}
	out.WriteString(`"resource":`)
	out.Write(e.Resource)
	out.WriteString(`,"request":{"method":"` + as.method + `","url":`)
	out.Write(quote(as.path))
	out.WriteString(`}}`)
}
