// Command hearken is a FHIR R4 server for urgent care plans, and the tools that go with it. Run it without
// arguments for a list of what it does.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// process is what a command gets from the process it runs in.
type process struct {
	in          io.Reader
	out, err    io.Writer
	environment func(string) (string, bool)
}

// Exit codes.
const (
	exitDone   = 0
	exitFaults = 1 // something could not be done, or was found to be wrong
	exitUsage  = 2 // the command line or the configuration is wrong; nothing was done
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the first signal asks to stop, a second one kills
	p := &process{os.Stdin, os.Stdout, os.Stderr, os.LookupEnv}
	collectLess(p)
	code := run(ctx, p, os.Args[1:])
	stop()
	os.Exit(code)
}
