package igpackage

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"path"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// packageFolder is where an archive has its manifest and definitions; examples and the rest lie beside or below it.
const packageFolder = "package"

// ReadArchive reads a package as published: a gzipped tar with everything of use right in "package/". The set
// is that of the base specification, by which the resources are read.
//
// The package is nil when the archive as a whole is refused: no gzipped tar, past a limit, of another FHIR
// version. A file in it that cannot be read is left out and told of in the outcome, with its name.
func ReadArchive(set *definition.Set, archive io.Reader, limits Limits) (*Package, fhir.Outcome) {
	r := newReader(set, limits)
	if unzipped, err := gzip.NewReader(archive); err != nil {
		r.fatal(fhir.CodeInvalid, DetailNotAnArchive, "the package is not a gzipped tar")
	} else {
		// One byte past the limit shows that there is more; what is compressed beyond is never inflated.
		bounded := &io.LimitedReader{R: unzipped, N: r.limits.Bytes + int64(r.limits.Files)*blockBytes + 1}
		r.addArchive(tar.NewReader(bounded), bounded)
	}
	return r.finish()
}

// blockBytes is what a tar spends on a file besides its content: a header and padding, and as much again for
// long names.
const blockBytes = 4 * 512

func (r *reader) addArchive(files *tar.Reader, bounded *io.LimitedReader) {
	for !r.failed {
		header, err := files.Next()
		switch {
		case bounded.N <= 0:
			r.fatal(fhir.CodeTooLong, DetailPackageTooLarge, "the package is larger than the %d bytes accepted", r.limits.Bytes)
			return
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			r.fatal(fhir.CodeInvalid, DetailNotAnArchive, "the package is not a gzipped tar, or it is cut short")
			return
		}
		name := path.Clean(header.Name)
		if !r.admit(header.Size) || header.Typeflag != tar.TypeReg || path.Dir(name) != packageFolder {
			continue
		}
		r.addArchived(path.Base(name), header.Size, files)
	}
}

func (r *reader) addArchived(name string, size int64, content io.Reader) {
	if name != manifestName && !isDefinitionFile(name) {
		return
	}
	var data bytes.Buffer
	if _, err := io.CopyN(&data, content, size); err != nil {
		r.fatal(fhir.CodeInvalid, DetailNotAnArchive, "the package is cut short in %s", name)
		return
	}
	if name == manifestName {
		r.addManifest(data.Bytes())
	} else {
		r.addFile(name, data.Bytes())
	}
}
