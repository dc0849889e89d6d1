package igpackage

import (
	"io"
	"io/fs"
	"path"
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// ReadFolder reads a folder of definitions in JSON and XML, with the folders in it: a package that was
// unpacked (then only what is right in its "package" folder), or a guide's sources. Folders called example or
// examples and hidden ones are left out, as is what is not FHIR. It returns as ReadArchive does.
func ReadFolder(set *definition.Set, folder fs.FS, limits Limits) (*Package, fhir.Outcome) {
	r := newReader(set, limits)
	top := "."
	if _, err := fs.Stat(folder, path.Join(packageFolder, manifestName)); err == nil {
		top = packageFolder
	}
	r.addFolder(folder, top)
	return r.finish()
}

// ReadFile reads one definition, or a Bundle of them, in JSON or XML. The name is for messages only. It
// returns as ReadArchive does.
func ReadFile(set *definition.Set, name string, data []byte, limits Limits) (*Package, fhir.Outcome) {
	r := newReader(set, limits)
	if r.admit(int64(len(data))) {
		r.addFile(name, data)
	}
	return r.finish()
}

func (r *reader) addFolder(folder fs.FS, top string) {
	err := fs.WalkDir(folder, top, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case r.failed:
			return fs.SkipAll
		case err != nil:
			r.report(fhir.SeverityError, name, DetailUnreadable, "cannot be read")
			return nil
		case entry.IsDir() && name != top && (top == packageFolder || isLeftOut(name)):
			return fs.SkipDir
		case !entry.Type().IsRegular() || path.Base(name) != manifestName && !isDefinitionFile(name):
			return nil
		}
		r.addFrom(folder, name, entry, path.Dir(name) == top)
		return nil
	})
	if err != nil {
		r.fatal(fhir.CodeInvalid, DetailUnreadable, "the folder cannot be read")
	}
}

func isLeftOut(folder string) bool {
	base := path.Base(folder)
	return strings.HasPrefix(base, ".") || base == "example" || base == "examples" || base == "node_modules"
}

// addFrom reads a file of a folder; one that grows meanwhile is not read past its limit.
func (r *reader) addFrom(folder fs.FS, name string, entry fs.DirEntry, atTop bool) {
	info, err := entry.Info()
	if err != nil {
		r.report(fhir.SeverityError, name, DetailUnreadable, "cannot be read")
		return
	}
	if !r.admit(info.Size()) {
		return
	}
	data, err := readBounded(folder, name, r.limits.FileBytes)
	switch {
	case err != nil:
		r.report(fhir.SeverityError, name, DetailUnreadable, "cannot be read")
	case path.Base(name) != manifestName:
		r.addFile(name, data)
	case atTop:
		r.addManifest(data)
	}
}

func readBounded(folder fs.FS, name string, limit int64) ([]byte, error) {
	file, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, limit+1))
}
