package conformance

import (
	"bytes"
	"fmt"
	"os"
	"sync"

	"hearken/fhir"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/profiles"
)

// Guide gives our own guide. The first call reads it, in some milliseconds; all calls give the same.
var Guide = sync.OnceValue(func() *igpackage.Package {
	guide, _ := igpackage.ReadFolder(r4.Definitions(), profiles.Files, igpackage.DefaultLimits()) // it is ours: a test holds it to be right
	return guide
})

// gzipped is what a gzipped file begins with.
var gzipped = []byte{0x1f, 0x8b}

// ReadPackage reads what is at a path: a package as published (.tgz), a folder, or a file with one definition
// or a Bundle of them, in JSON or XML. The package is nil when nothing in it can be used; the outcome names
// every fault with the file in it; the error is why the path cannot be read at all.
func ReadPackage(path string) (*igpackage.Package, fhir.Outcome, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	set, limits := r4.Definitions(), igpackage.DefaultLimits()
	if info.IsDir() {
		pack, outcome := igpackage.ReadFolder(set, os.DirFS(path), limits)
		return pack, outcome, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	if bytes.HasPrefix(text, gzipped) {
		pack, outcome := igpackage.ReadArchive(set, bytes.NewReader(text), limits)
		return pack, outcome, nil
	}
	pack, outcome := igpackage.ReadFile(set, info.Name(), text, limits)
	return pack, outcome, nil
}

// ReadPackages reads the packages at the paths. The outcome has the faults of them all, each with its path:
// when one is an error they are not to be used.
func ReadPackages(paths []string) ([]*igpackage.Package, fhir.Outcome) {
	var packs []*igpackage.Package
	var all fhir.Outcome
	for _, path := range paths {
		pack, outcome, err := ReadPackage(path)
		if err != nil {
			outcome = fhir.Outcome{{Severity: fhir.Fatal, Code: fhir.CodeNotFound, Detail: igpackage.DetailUnreadable, Diagnostics: err.Error()}}
		}
		for _, issue := range outcome {
			if issue.Detail == igpackage.DetailNoDefinitions {
				issue.Severity = fhir.SeverityError // it was named for what is in it
			}
			if err == nil {
				issue.Diagnostics = path + ": " + issue.Diagnostics
			}
			all = append(all, issue)
		}
		if pack != nil {
			named(pack, path)
			packs = append(packs, pack)
		}
	}
	return packs, all
}

// named gives a package without a manifest the name of where it was found.
func named(pack *igpackage.Package, path string) {
	if pack.Name == "" {
		pack.Name = path
	}
}

// nameOf is what a package is called in messages.
func nameOf(pack *igpackage.Package) string {
	if pack.Version == "" {
		return pack.Name
	}
	return fmt.Sprintf("%s %s", pack.Name, pack.Version)
}
