package rest

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// compressFrom is the size in bytes from which compressing pays: below it an answer fits into a few packets, and
// the time is better spent on the next request.
const compressFrom = 8 << 10

var gzipWriters = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

func compress(body []byte) []byte {
	w := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(w)
	var out bytes.Buffer
	out.Grow(len(body) / 4)
	w.Reset(&out)
	// A bytes.Buffer takes everything, so that neither of these can fail.
	_, _ = w.Write(body)
	_ = w.Close()
	return out.Bytes()
}

// compressible reports whether bytes of a media type are worth it: text is, pictures are compressed already.
func compressible(mediaType string) bool {
	return mediaType == "" || strings.HasPrefix(mediaType, "text/") || strings.Contains(mediaType, "json") || strings.Contains(mediaType, "xml")
}

// acceptsGzip reads Accept-Encoding (https://www.rfc-editor.org/rfc/rfc9110#name-accept-encoding).
func acceptsGzip(h http.Header) bool {
	accepted := false
	for _, header := range headerValues(h, "Accept-Encoding") {
		for coding := range strings.SplitSeq(header, ",") {
			name, weight, _ := strings.Cut(coding, ";")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "gzip", "x-gzip":
				return weightAboveZero(weight)
			case "*":
				accepted = weightAboveZero(weight)
			}
		}
	}
	return accepted
}

func weightAboveZero(parameter string) bool {
	text, given := strings.CutPrefix(strings.ReplaceAll(parameter, " ", ""), "q=")
	if !given {
		return true
	}
	q, err := strconv.ParseFloat(text, 64)
	return err == nil && q > 0
}
