package rest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// firstBuffer is how much room is made for a body before any of it has arrived: a client that announces much
// and sends nothing must not cost memory.
const firstBuffer = 1 << 20

// receive reads a request's body whole, decompressing it; nil when there is none. Neither what travels nor what
// comes out of it may be larger than limit bytes.
func receive(r *http.Request, limit int64) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return nil, nil
	}
	if r.ContentLength > limit {
		return nil, errOversized
	}
	from, room := io.Reader(r.Body), min(r.ContentLength, firstBuffer)
	switch encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		unzipped, err := gzip.NewReader(io.LimitReader(r.Body, limit+1))
		if err != nil {
			return nil, bodyFault(err, errGzip)
		}
		from, room = unzipped, 4*room
	default:
		return nil, errEncoding
	}
	return readAll(from, limit, int(max(room, bytes.MinRead)))
}

// readAll reads at most limit bytes into a buffer that begins with room for some.
func readAll(from io.Reader, limit int64, room int) ([]byte, error) {
	// bytes.Buffer grows when less than MinRead is free, even at the very end of what it reads.
	buffer := bytes.NewBuffer(make([]byte, 0, room+bytes.MinRead))
	_, err := buffer.ReadFrom(io.LimitReader(from, limit+1))
	switch {
	case err != nil:
		return nil, bodyFault(err, errCut)
	case int64(buffer.Len()) > limit:
		return nil, errOversized
	case buffer.Len() == 0:
		return nil, nil
	}
	return buffer.Bytes(), nil
}

// bodyFault says why a body could not be read: it did not come in time, or is cut short or corrupt.
func bodyFault(err, otherwise error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSlow
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return errGzip
	}
	return otherwise
}
