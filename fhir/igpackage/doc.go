// Package igpackage reads FHIR packages (https://hl7.org/fhir/R4/packages.html): an archive as published (.tgz),
// a folder of JSON and XML, or a single file. What it gives is rows of fhir/definition for
// structures, search parameters and operations, and every definition as an element tree for whoever needs more
// of it: the terminology its ValueSets and CodeSystems, a server the resources it offers.
//
// It opens nothing itself: the caller hands it an io.Reader, an fs.FS or bytes. Nothing in a package is trusted:
// sizes and counts are bounded while they are read, names of files are only ever compared.
package igpackage
