package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
)

var fhirpathCommand = command{
	name:      "fhirpath",
	arguments: "[FLAG…] EXPRESSION FILE…",
	summary:   "evaluate a FHIRPath expression on resources",
	about: `Each item of the result is a line: its type and its value, after the name of the file if there are several.
FILE is a resource in JSON, or - for the standard input. The exit code is 1 when a file cannot be read or the
expression cannot be evaluated on it.

  hearken fhirpath 'Patient.name.where(use = "official").family' patient.json`,
	flags: func(flags *pflag.FlagSet) {
		flags.Bool("normative", false, "apply the current rules of FHIRPath where those FHIR R4 was written for differ")
	},
	run: func(_ context.Context, p *process, flags *pflag.FlagSet) int {
		if flags.NArg() < 2 {
			return usageFault(p, "an expression and at least one file are wanted; see hearken fhirpath --help")
		}
		var options []fhirpath.Option
		if normative, _ := flags.GetBool("normative"); normative {
			options = append(options, fhirpath.Normative())
		}
		expression, err := fhirpath.Compile(r4.Definitions(), flags.Arg(0), options...)
		if err != nil {
			return usageFault(p, "%v", err)
		}
		code := exitDone
		for _, file := range flags.Args()[1:] {
			prefix := ""
			if flags.NArg() > 2 {
				prefix = file + ": "
			}
			if err := evaluate(p, expression, file, prefix); err != nil {
				code = fault(p, err)
			}
		}
		return code
	},
}

// evaluate prints what the expression gives for one file.
func evaluate(p *process, expression *fhirpath.Expression, file, prefix string) error {
	text, err := readFile(p, file)
	if err != nil {
		return err // it names the file
	}
	limits := element.DefaultLimits()
	limits.Bytes = math.MaxInt32
	tree, faults := element.Parse(r4.Definitions(), text, limits)
	if faults.Failed() {
		return &fhir.Error{Op: file, Code: fhir.CodeInvalid, Issues: faults}
	}
	items, err := expression.Evaluate(&fhirpath.Env{Now: time.Now()}, fhirpath.Of(tree.Root()))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, item := range items {
		fmt.Fprintf(p.out, "%s%s %s\n", prefix, item.Type(), itemText(item))
	}
	return nil
}

// itemText is the value on one line: an element that is no value is its JSON.
func itemText(item fhirpath.Item) string {
	if n := item.Node(); !n.IsZero() && !n.HasValue() {
		var compact bytes.Buffer
		if json.Compact(&compact, n.Source()) == nil {
			return compact.String()
		}
	}
	text := item.String()
	if strings.ContainsAny(text, "\r\n") {
		return strconv.Quote(text)
	}
	return text
}

func readFile(p *process, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(p.in)
	}
	return os.ReadFile(name)
}
