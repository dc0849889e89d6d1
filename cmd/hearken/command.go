package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"hearken/fhir"
	"hearken/internal/config"
)

// command is one thing the program does.
type command struct {
	name      string
	arguments string // as in its usage
	summary   string // one line, for the list
	about     string // what more there is to say, above the flags
	settings  bool   // whether it takes the settings of the server, and lists them in its help
	flags     func(*pflag.FlagSet)
	run       func(ctx context.Context, p *process, flags *pflag.FlagSet) int
}

// commands is everything the program does, in the order of the list.
func commands() []command {
	return []command{serveCommand, demoCommand, importCommand, tokenCommand, validateCommand, fhirpathCommand, schemaCommand, checkCommand, auditCommand, backupCommand, restoreCommand, versionCommand}
}

// run does what the arguments say and returns the exit code.
func run(ctx context.Context, p *process, args []string) int {
	if len(args) == 0 {
		printList(p)
		return exitUsage
	}
	if args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		if len(args) == 1 {
			printList(p)
			return exitDone
		}
		args = []string{args[1], "--help"}
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.start(ctx, p, args[1:])
		}
	}
	return usageFault(p, "there is no command %q; run hearken for a list", args[0])
}

// start parses the command's flags and runs it.
func (c *command) start(ctx context.Context, p *process, args []string) int {
	flags := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
	flags.Usage = func() {}
	if c.settings {
		config.Flags(flags)
	}
	if c.flags != nil {
		c.flags(flags)
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, pflag.ErrHelp):
		fmt.Fprint(p.out, c.help())
		return exitDone
	case err != nil:
		return usageFault(p, "%v; see hearken %s --help", err, c.name)
	}
	return c.run(ctx, p, flags)
}

// help is what -h prints.
func (c *command) help() string {
	var b strings.Builder
	fmt.Fprintf(&b, "hearken %s", c.name)
	if c.arguments != "" {
		fmt.Fprintf(&b, " %s", c.arguments)
	}
	fmt.Fprintf(&b, "\n\n%s\n", c.summary)
	if c.about != "" {
		fmt.Fprintf(&b, "\n%s\n", c.about)
	}
	if c.flags != nil {
		own := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
		c.flags(own)
		fmt.Fprintf(&b, "\nFlags\n%s", own.FlagUsagesWrapped(110))
	}
	if c.settings {
		b.WriteString(config.Usage())
	}
	return b.String()
}

func printList(p *process) {
	fmt.Fprint(p.out, "Hearken is a FHIR R4 server for urgent care plans.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(p.out, "  hearken %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprint(p.out, "\nhearken COMMAND --help says more. Begin with: hearken demo\n")
}

// usageFault says what is wrong with the command line.
func usageFault(p *process, format string, args ...any) int {
	fmt.Fprintf(p.err, "hearken: "+format+"\n", args...)
	return exitUsage
}

// fault says why something could not be done: every issue, when it is FHIR that was at fault.
func fault(p *process, err error) int {
	var e *fhir.Error
	if !errors.As(err, &e) || len(e.Issues) == 0 {
		fmt.Fprintf(p.err, "hearken: %v\n", err)
		return exitFaults
	}
	for _, issue := range e.Issues {
		fmt.Fprintf(p.err, "hearken: %s", e.Op)
		if issue.Line > 0 {
			fmt.Fprintf(p.err, ":%d:%d", issue.Line, issue.Column)
		}
		fmt.Fprintf(p.err, ": %s", issue.Severity)
		if len(issue.Expression) > 0 {
			fmt.Fprintf(p.err, " at %s", issue.Expression[0])
		}
		fmt.Fprintf(p.err, ": %s\n", issue.Diagnostics)
	}
	return exitFaults
}
