package profiles_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"testing"

	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/profiles"
)

// Packed as README.md says, the guide is a package that reads as the folder does.
func TestFiles_AsArchive(t *testing.T) {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zip)
	if err := archive.AddFS(profiles.Files); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	pack, outcome := igpackage.ReadArchive(r4.Definitions(), &packed, igpackage.DefaultLimits())
	if pack == nil || len(outcome) > 0 {
		t.Fatalf("ReadArchive = %v, %v, want a package and no issues", pack, outcome)
	}
	if folder := readGuide(t); pack.Name != folder.Name || len(pack.Resources) != len(folder.Resources) || len(pack.Structures) != len(folder.Structures) {
		t.Errorf("the archive has %q with %d definitions, the folder %q with %d", pack.Name, len(pack.Resources), folder.Name, len(folder.Resources))
	}
}
