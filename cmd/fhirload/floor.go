package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
)

// answer is one canned answer.
type answer struct {
	ContentType string
	Body        []byte
}

// answers are what a floor server writes: by path and query, and to all others Default.
type answers struct {
	ByURI   map[string]answer
	Default answer
}

// ServeHTTP looks the URI up and writes: as little as a server can do and still be right.
func (a answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	one, ok := a.ByURI[r.URL.RequestURI()]
	if !ok {
		if one = a.Default; one.Body == nil {
			http.NotFound(w, r)
			return
		}
	}
	w.Header()["Content-Type"] = []string{one.ContentType}
	w.Write(one.Body) // a client that went away is counted by the client
}

// runFloor serves until it is interrupted, or, with --stdin, until standard input ends. It says
// where on standard output.
func runFloor(ctx context.Context, args []string, io streams) error {
	flags := flag.NewFlagSet("fhirload floor", flag.ContinueOnError)
	flags.SetOutput(io.err)
	listen := flags.String("listen", "127.0.0.1:9090", "address to listen on")
	body := flags.String("body", "", "file to answer every request with")
	stdin := flags.Bool("stdin", false, "read the answers from standard input, and stop when it ends")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var canned answers
	switch {
	case *stdin:
		if err := readAnswers(io.in, &canned, stop); err != nil {
			return err
		}
	case *body != "":
		text, err := os.ReadFile(*body)
		if err != nil {
			return err
		}
		canned.Default = answer{fhirJSON, text}
	default:
		return errors.New("floor: want --body FILE")
	}
	return serve(ctx, *listen, canned, io)
}

// readAnswers reads one JSON value, and calls atEnd when nothing follows any more: the parent is gone.
func readAnswers(in io.Reader, canned *answers, atEnd func()) error {
	decoder := json.NewDecoder(in)
	if err := decoder.Decode(canned); err != nil {
		return fmt.Errorf("answers on standard input: %w", err)
	}
	go func() {
		io.Copy(io.Discard, in) // the end is what matters, not how it came
		atEnd()
	}()
	return nil
}

func serve(ctx context.Context, listen string, handler http.Handler, io streams) error {
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: requestTimeout}
	context.AfterFunc(ctx, func() { server.Close() })
	fmt.Fprintf(io.out, "http://%s\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
