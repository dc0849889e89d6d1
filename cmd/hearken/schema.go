package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/schema"
	"hearken/fhir/validation/snapshot"
)

var schemaCommand = command{
	name:      "schema",
	arguments: "[FLAG…] PROFILE",
	summary:   "print the JSON Schema of a profile",
	about: `PROFILE is one of our own, or of a package that is given, by id, name or canonical; or one of FHIR's own. The schema
(draft 2020-12) says what a tool without FHIR can check: names, types, cardinality, choices, slices, fixed values and
short lists of codes. Invariants and references are for the server, or for another FHIR validator.

  hearken schema urgent-care-plan >urgent-care-plan.schema.json`,
	flags: func(flags *pflag.FlagSet) {
		flags.StringArray("package", nil, "a FHIR package (.tgz), a folder or a file of definitions, at `PATH`; may be repeated")
		flags.Bool("compact", false, "print it without spaces")
	},
	run: func(_ context.Context, p *process, flags *pflag.FlagSet) int {
		if flags.NArg() != 1 {
			return usageFault(p, "one profile is wanted; see hearken schema --help")
		}
		paths, _ := flags.GetStringArray("package")
		library, ok := readPackages(p, paths)
		if !ok {
			return exitFaults
		}
		profile, err := findProfile(library, flags.Arg(0))
		if err != nil {
			return usageFault(p, "%v", err)
		}
		compact, _ := flags.GetBool("compact")
		if err := printSchema(p, library, profile, compact); err != nil {
			return fault(p, err)
		}
		return exitDone
	},
}

func printSchema(p *process, library *igpackage.Library, profile *definition.StructureDefinition, compact bool) error {
	source := schema.FromLibrary(r4.Definitions(), library)
	whole := source.Structure(profile.URL)
	if whole == nil {
		find := snapshot.First(r4.Definitions().StructureDefinition, library.Structure)
		_, outcome := snapshot.New(find, snapshot.Options{}).Generate(profile)
		return &fhir.Error{Op: profile.URL, Code: fhir.CodeInvalid, Issues: outcome}
	}
	text, err := schema.Of(source, whole)
	if err != nil {
		return err
	}
	var spaced bytes.Buffer
	if compact {
		spaced.Write(text)
	} else if err := json.Indent(&spaced, text, "", "  "); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.out, spaced.String())
	return err
}

// findProfile finds a structure by canonical, or by the id or the name it has in a package, or one of FHIR's
// own by its id.
func findProfile(library *igpackage.Library, name string) (*definition.StructureDefinition, error) {
	find := snapshot.First(r4.Definitions().StructureDefinition, library.Structure)
	if strings.Contains(name, ":") {
		if found := find(name); found != nil {
			return found, nil
		}
		return nil, fmt.Errorf("there is no profile %s; other packages' are given with --package", name)
	}
	urls := urlsNamed(library, name)
	if core := "http://hl7.org/fhir/StructureDefinition/" + name; len(urls) == 0 && find(core) != nil {
		urls = []string{core}
	}
	switch len(urls) {
	case 0:
		return nil, fmt.Errorf("there is no profile %q; other packages' are given with --package", name)
	case 1:
		return find(urls[0]), nil
	}
	return nil, fmt.Errorf("%q may be any of %s", name, strings.Join(urls, ", "))
}

// urlsNamed lists the canonicals of the structures with an id or a name.
func urlsNamed(library *igpackage.Library, name string) []string {
	var urls []string
	for _, pack := range library.Packages() {
		for i := range pack.Resources {
			r := &pack.Resources[i]
			named := string(r.ID) == name || r.Node.Child("name").Text() == name
			if r.Type == "StructureDefinition" && named && !slices.Contains(urls, r.URL) && library.Structure(r.URL) != nil {
				urls = append(urls, r.URL)
			}
		}
	}
	return urls
}
