package main

import (
	"hearken/fhir"
	"hearken/fhir/igpackage"
	"hearken/internal/conformance"
)

// readPackages reads our guide and the packages at paths: each a .tgz as published, a folder, or a file with one
// definition. What is wrong in a package is printed; it fails when one cannot be used at all.
func readPackages(p *process, paths []string) (*igpackage.Library, bool) {
	var packs []*igpackage.Package
	ok := true
	for _, path := range paths {
		pack, outcome, err := conformance.ReadPackage(path)
		if err == nil && len(outcome) > 0 {
			err = &fhir.Error{Op: path, Code: fhir.CodeInvalid, Issues: outcome}
		}
		if err != nil {
			fault(p, err)
		}
		if pack == nil {
			ok = false
			continue
		}
		packs = append(packs, pack)
	}
	library, missing := igpackage.NewLibrary(append(packs, conformance.Guide())...)
	if len(missing) > 0 {
		fault(p, &fhir.Error{Op: "packages", Code: fhir.CodeNotFound, Issues: missing})
	}
	return library, ok
}
