package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/validation"
	"hearken/internal/app"
	"hearken/internal/config"
	"hearken/internal/conformance"
	"hearken/internal/interaction"
)

var validateCommand = command{
	name:      "validate",
	arguments: "[FLAG…] FILE…",
	summary:   "say what a server would find wrong with resources",
	about: `FILE is a resource in JSON or XML, resources one a line if its name ends in .ndjson, or - for the standard
input. Each is judged by FHIR R4, by the profiles it declares, and by ours where it is part of an urgent care plan.
Nothing is sent anywhere. As HL7's validator does, it refuses extensions of which no definition is known, and holds
vital signs to the profiles of R4; with --as-server it judges as a server with the same packages does, which warns of
the former and does the latter where they are declared. A line a finding:

  FILE:LINE:COLUMN: SEVERITY: PLACE: WHAT [DETAIL]

The exit code is 1 if there is an error in any file or package, 2 if the command line is wrong.

  hearken validate --package ./our-guide --profile https://trust.example/StructureDefinition/plan out/*.json`,
	flags: func(flags *pflag.FlagSet) {
		flags.StringArray("package", nil, "a FHIR package (.tgz), a folder or a file of definitions, at `PATH`; may be repeated")
		flags.StringArray("profile", nil, "a profile that every file is held to, by canonical `URL`; may be repeated")
		flags.Bool("as-server", false, "judge as a server does: an extension that is not known is a warning, and vital signs are as they declare")
		flags.Bool("examples", true, "allow extensions of servers that are in examples only, such as example.org")
		flags.Bool("allow-comments", false, "JSON may have comments")
		flags.Bool("json", false, "print a JSON array instead, an object for each file: name, valid, error_count, errors")
	},
	run: runValidate,
}

func runValidate(ctx context.Context, p *process, flags *pflag.FlagSet) int {
	if flags.NArg() == 0 {
		return usageFault(p, "no files are named; see hearken validate --help")
	}
	paths, _ := flags.GetStringArray("package")
	profiles, _ := flags.GetStringArray("profile")
	packs, outcome := conformance.ReadPackages(paths)
	guides, more := conformance.NewGuides(packs...)
	outcome = append(outcome, more...)
	if len(outcome) > 0 {
		fault(p, &fhir.Error{Op: "package", Code: fhir.CodeInvalid, Issues: outcome})
	}
	judge := app.Judge(config.Defaults(), guides, time.Now, strictness(flags)...)
	comments, _ := flags.GetBool("allow-comments")
	var all []judged
	for _, file := range flags.Args() {
		issues, err := judgeFile(ctx, p, judge, file, comments, profiles)
		if err != nil {
			return fault(p, err)
		}
		all = append(all, judged{file, issues})
	}
	asJSON, _ := flags.GetBool("json")
	if err := printJudged(p.out, all, asJSON); err != nil {
		return fault(p, err)
	}
	for _, one := range all {
		if one.issues.Failed() {
			return exitFaults
		}
	}
	if outcome.Failed() {
		return exitFaults
	}
	return exitDone
}

// strictness is what the flags ask beyond what a server does.
func strictness(flags *pflag.FlagSet) []validation.Option {
	examples, _ := flags.GetBool("examples")
	options := []validation.Option{validation.WithExamples(examples)}
	if asServer, _ := flags.GetBool("as-server"); !asServer {
		options = append(options, validation.WithUnknownExtensions(fhir.SeverityError), validation.WithCalls(validation.VitalSigns()...))
	}
	return options
}

// judgeFile is what is to be said of one file. One that cannot be read is at fault itself.
func judgeFile(ctx context.Context, p *process, judge *interaction.Server, file string, comments bool, profiles []string) (fhir.Outcome, error) {
	text, err := readFile(p, file)
	if err != nil {
		return fhir.Outcome{{Severity: fhir.Fatal, Code: fhir.CodeNotFound, Detail: "unreadable-file", Diagnostics: err.Error()}}, nil
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF")) // editors write one
	if strings.EqualFold(filepath.Ext(file), ".ndjson") {
		return judgeLines(ctx, judge, text, comments, profiles)
	}
	format := element.JSON
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("<")) {
		format = element.XML
	} else if comments {
		text = element.WithoutComments(text)
	}
	return judge.Judge(ctx, text, format.FHIRMediaTypes()[0], profiles...)
}

// judgeLines is what is to be said of resources that stand one a line (https://hl7.org/fhir/R4/nd-json.html),
// in the lines of the file. Each is judged by itself: one that cannot be read hides nothing of the others.
// Empty lines are passed over.
func judgeLines(ctx context.Context, judge *interaction.Server, text []byte, comments bool, profiles []string) (fhir.Outcome, error) {
	var all fhir.Outcome
	number, resources := 0, 0
	for line := range bytes.Lines(text) {
		number++
		line = bytes.TrimRight(line, "\r\n")
		if comments {
			line = element.WithoutComments(line)
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		resources++
		issues, err := judge.Judge(ctx, line, element.JSON.FHIRMediaTypes()[0], profiles...)
		if err != nil {
			return nil, err
		}
		for _, issue := range issues {
			issue.Line, issue.Column = number, max(issue.Column, 1)
			all = append(all, issue)
		}
	}
	if resources == 0 {
		all = append(all, fhir.Issue{Severity: fhir.Warning, Code: fhir.CodeInformational, Detail: "no-resource", Diagnostics: "no line of the file has a resource"})
	}
	return all, nil
}
