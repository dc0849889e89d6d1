package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "fhirload:", err)
		os.Exit(1)
	}
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// command is one sub-command. Its flags are set by define; run gets what is left behind them.
type command struct {
	name, about string
	run         func(ctx context.Context, args []string, io streams) error
}

func commands() []command {
	return []command{
		{"import", "post transaction Bundles from files and folders", runImport},
		{"read", "read resources by id", runRead},
		{"search", "search for patients by identifier", runSearch},
		{"create", "create patients", runCreate},
		{"floor", "be the bare server others are measured against", runFloor},
	}
}

func run(ctx context.Context, args []string, io streams) error {
	if len(args) > 0 {
		i := slices.IndexFunc(commands(), func(c command) bool { return c.name == args[0] })
		if i >= 0 {
			return commands()[i].run(ctx, args[1:], io)
		}
	}
	var usage strings.Builder
	for _, c := range commands() {
		fmt.Fprintf(&usage, "\n  %-8s%s", c.name, c.about)
	}
	return fmt.Errorf("want one of these commands, each with --help:%s", usage.String())
}
