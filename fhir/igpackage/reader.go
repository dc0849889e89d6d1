package igpackage

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// reader puts a package together from its files.
type reader struct {
	set    *definition.Set
	limits Limits
	pack   Package
	issues fhir.Outcome
	bytes  int64
	files  int
	failed bool // the package as a whole is refused
}

func newReader(set *definition.Set, limits Limits) *reader {
	return &reader{set: set, limits: limits.orDefault()}
}

// fatal refuses the package.
func (r *reader) fatal(code fhir.IssueCode, detail, format string, args ...any) {
	r.failed = true
	r.issues = append(r.issues, fhir.Issue{Severity: fhir.Fatal, Code: code, Detail: detail, Diagnostics: fmt.Sprintf(format, args...)})
}

// report tells of one file that could not be used, or not all of it.
func (r *reader) report(severity fhir.Severity, file, detail, format string, args ...any) {
	r.issues = append(r.issues, fhir.Issue{
		Severity: severity, Code: fhir.CodeInvalid, Detail: detail, Diagnostics: file + ": " + fmt.Sprintf(format, args...),
	})
}

// admit counts a file of a size before it is read, and refuses a package that is too large.
func (r *reader) admit(size int64) bool {
	r.files++
	r.bytes += size
	switch {
	case size > r.limits.FileBytes || r.bytes > r.limits.Bytes:
		r.fatal(fhir.CodeTooLong, DetailPackageTooLarge, "the package is larger than the %d bytes accepted, or a file than %d", r.limits.Bytes, r.limits.FileBytes)
	case r.files > r.limits.Files:
		r.fatal(fhir.CodeTooCostly, DetailTooManyFiles, "the package has more than the %d files accepted", r.limits.Files)
	}
	return !r.failed
}

const manifestName = "package.json"

// isDefinitionFile reports whether a file may hold a definition: JSON or XML, but no manifest, index or hidden file.
func isDefinitionFile(name string) bool {
	base := path.Base(name)
	extension := strings.ToLower(path.Ext(base))
	return (extension == ".json" || extension == ".xml") && base != manifestName && !strings.HasPrefix(base, ".")
}

// isNotFHIR reports whether the faults say that a file is no resource at all: folders hold other JSON and XML too.
func isNotFHIR(faults fhir.Outcome) bool {
	if len(faults) != 1 {
		return false
	}
	place := strings.Join(faults[0].Expression, ",")
	switch faults[0].Detail {
	case element.DetailMissingType:
		return place == "resourceType" // of the file's own
	case element.DetailNamespace, element.DetailWrongKind:
		return place == ""
	}
	return false
}

// addFile reads one file with a resource in it; the reader keeps data.
func (r *reader) addFile(name string, data []byte) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, byteOrderMark)) // tools write one before JSON too
	parse := element.Parse
	if len(data) > 0 && data[0] == '<' {
		parse = element.ParseXML
	}
	tree, faults := parse(r.set, data, element.Limits{Bytes: int(r.limits.FileBytes)})
	switch {
	case tree != nil:
		r.addResource(name, tree.Root())
	case isNotFHIR(faults):
	case !r.addEntries(name, data):
		r.fileFaults(name, faults)
	}
}

var byteOrderMark = []byte("\uFEFF")

// addEntries reads a Bundle in JSON that has faults entry by entry, so that one bad definition does not take
// the others with it. It is false for anything but a Bundle with entries.
func (r *reader) addEntries(name string, data []byte) bool {
	var bundle struct {
		ResourceType string
		Entry        []struct{ Resource json.RawMessage }
	}
	if json.Unmarshal(data, &bundle) != nil || bundle.ResourceType != "Bundle" {
		return false
	}
	for i := range bundle.Entry {
		if len(bundle.Entry[i].Resource) == 0 {
			continue
		}
		entry := fmt.Sprintf("%s, entry %d", name, i)
		tree, faults := element.Parse(r.set, bundle.Entry[i].Resource, element.Limits{Bytes: int(r.limits.FileBytes)})
		if tree == nil {
			r.fileFaults(entry, faults)
		} else if tree.Root().Structure().Name != "Bundle" {
			r.addResource(name, tree.Root())
		}
	}
	return len(bundle.Entry) > 0
}

// maxFaultsTold is how many faults of one file are worth telling.
const maxFaultsTold = 5

func (r *reader) fileFaults(name string, faults fhir.Outcome) {
	for _, fault := range faults[:min(len(faults), maxFaultsTold)] {
		fault.Severity = fhir.SeverityError
		fault.Diagnostics = name + ": " + fault.Diagnostics
		r.issues = append(r.issues, fault)
	}
}

// addResource keeps a definition; of a Bundle what it holds. Other resources are examples and left out.
func (r *reader) addResource(file string, n element.Node) {
	if n.Structure().Name == "Bundle" {
		for entry := range n.Children() {
			if resource := entry.Child("resource"); entry.Name() == "entry" && !resource.IsZero() {
				r.addResource(file, resource)
			}
		}
		return
	}
	url := n.Child("url")
	if !url.HasValue() || url.Structure().Name != "uri" || n.Structure().Element("status") == nil {
		return // all that have a canonical have a status, though drafts may lack one
	}
	resource := Resource{
		File: file, Type: fhir.Type(n.Structure().Name), ID: fhir.ID(n.Child("id").Text()),
		URL: url.Text(), Version: n.Child("version").Text(), Status: n.Child("status").Text(), Node: n,
	}
	r.pack.Resources = append(r.pack.Resources, resource)
	r.addRow(resource)
}

// addRow makes the row of a definition of a kind that has one.
func (r *reader) addRow(resource Resource) {
	var err error
	switch resource.Type {
	case "StructureDefinition":
		var row definition.StructureDefinition
		if row, err = StructureDefinition(resource.Node); err == nil {
			r.pack.Structures = append(r.pack.Structures, row)
		}
	case "SearchParameter":
		r.pack.SearchParameters = append(r.pack.SearchParameters, SearchParameter(resource.Node))
	case "OperationDefinition":
		r.pack.Operations = append(r.pack.Operations, Operation(resource.Node))
	}
	if err != nil {
		r.report(fhir.SeverityError, resource.File, DetailInvalidRow, "%s", err)
	}
}

// finish gives the package, or nil when it was refused.
func (r *reader) finish() (*Package, fhir.Outcome) {
	if r.failed {
		return nil, r.issues
	}
	p := &r.pack
	slices.SortStableFunc(p.Resources, func(a, b Resource) int { return cmp.Compare(a.File, b.File) })
	seen := make(map[string]bool, len(p.Resources))
	for i := range p.Resources {
		if one := &p.Resources[i]; seen[one.URL+"|"+one.Version] {
			r.report(fhir.Warning, one.File, DetailDuplicateURL, "%s is defined more than once; the first counts", one.URL)
		} else {
			seen[one.URL+"|"+one.Version] = true
		}
	}
	if len(p.Resources) == 0 {
		r.issues = append(r.issues, fhir.Issue{Severity: fhir.Warning, Code: fhir.CodeInvalid, Detail: DetailNoDefinitions, Diagnostics: "nothing in the package has a canonical URL"})
	}
	return p, r.issues
}
