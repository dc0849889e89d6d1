package main

import (
	"bytes"
	"os"

	"hearken/fhir"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/profiles"
)

// readPackages reads our guide and the packages at paths: each a .tgz as published, a folder, or a file with one
// definition. What is wrong in a package is printed; it fails when one cannot be used at all.
func readPackages(p *process, paths []string) (*igpackage.Library, bool) {
	var packs []*igpackage.Package
	ok := true
	for _, path := range paths {
		pack, outcome, err := readPackage(path)
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
	guide, _ := igpackage.ReadFolder(r4.Definitions(), profiles.Files, igpackage.DefaultLimits()) // it is ours: a test holds it to be right
	library, missing := igpackage.NewLibrary(append(packs, guide)...)
	if len(missing) > 0 {
		fault(p, &fhir.Error{Op: "packages", Code: fhir.CodeNotFound, Issues: missing})
	}
	return library, ok
}

// gzipped is what a gzipped file begins with.
var gzipped = []byte{0x1f, 0x8b}

func readPackage(path string) (*igpackage.Package, fhir.Outcome, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		pack, outcome := igpackage.ReadFolder(r4.Definitions(), os.DirFS(path), igpackage.DefaultLimits())
		return pack, outcome, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	if bytes.HasPrefix(text, gzipped) {
		pack, outcome := igpackage.ReadArchive(r4.Definitions(), bytes.NewReader(text), igpackage.DefaultLimits())
		return pack, outcome, nil
	}
	pack, outcome := igpackage.ReadFile(r4.Definitions(), path, text, igpackage.DefaultLimits())
	return pack, outcome, nil
}
