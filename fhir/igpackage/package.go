package igpackage

import (
	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// Package is what one FHIR package defines. Its slices are in the order of the files' names.
type Package struct {
	Name             string // "hl7.fhir.r4.core"; "" when there was no manifest
	Version          string // "4.0.1"
	Canonical        string // the base of its URLs, "" when the manifest says none
	Dependencies     []Dependency
	Structures       []definition.StructureDefinition
	SearchParameters []definition.SearchParameter
	Operations       []definition.Operation
	Resources        []Resource // all of its definitions, those of the rows above included
}

// Dependency is a package that another one needs, in the version its manifest asks for ("4.0.1", "5.x").
type Dependency struct{ Name, Version string }

// Resource is one definition: any resource that has a canonical URL
// (https://hl7.org/fhir/R4/references.html#canonical).
type Resource struct {
	File    string // where it was: the path in the package
	Type    fhir.Type
	ID      fhir.ID
	URL     string
	Version string // "" when it says none
	Status  string // draft | active | retired | unknown
	Node    element.Node
}

// The stable details of the faults of packages; those of the resources in them are fhir/element's.
const (
	DetailNotAnArchive    = "not-an-archive"
	DetailPackageTooLarge = "package-size-limit"
	DetailTooManyFiles    = "package-file-limit"
	DetailManifest        = "invalid-manifest"
	DetailFHIRVersion     = "fhir-version"
	DetailNoDefinitions   = "no-definitions"
	DetailUnreadable      = "unreadable-file"
	DetailDuplicateURL    = "duplicate-canonical"
	DetailInvalidRow      = "invalid-definition"
)

// Limits bounds what a package may hold, so that none can exhaust the memory. Zeros are those of
// DefaultLimits.
type Limits struct {
	Bytes     int64 // of all files together, decompressed
	FileBytes int64 // of one file
	Files     int
}

// DefaultLimits holds the largest published packages several times over: 512 MiB, 64 MiB for a file, 50,000 files.
func DefaultLimits() Limits { return Limits{Bytes: 512 << 20, FileBytes: 64 << 20, Files: 50_000} }

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	if l.Bytes <= 0 {
		l.Bytes = d.Bytes
	}
	if l.FileBytes <= 0 {
		l.FileBytes = d.FileBytes
	}
	if l.Files <= 0 {
		l.Files = d.Files
	}
	return l
}
