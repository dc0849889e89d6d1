package igpackage

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"hearken/fhir"
)

// manifest is the part of package.json that is of use.
type manifest struct {
	Name         string
	Version      string
	Canonical    string
	FHIRVersions []string          `json:"fhirVersions"`
	OldVersions  []string          `json:"fhir-version-list"`
	Dependencies map[string]string `json:"dependencies"`
}

// addManifest reads package.json. A package that names FHIR versions and none of R4 is refused.
func (r *reader) addManifest(data []byte) {
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		r.fatal(fhir.CodeInvalid, DetailManifest, "%s is not a manifest", manifestName)
		return
	}
	versions := slices.Concat(m.FHIRVersions, m.OldVersions)
	if len(versions) > 0 && !slices.ContainsFunc(versions, r.isOurVersion) {
		r.fatal(fhir.CodeNotSupported, DetailFHIRVersion, "the package is of FHIR %s, not of %s", strings.Join(versions, ", "), r.set.Version())
		return
	}
	r.pack.Name, r.pack.Version, r.pack.Canonical = m.Name, m.Version, m.Canonical
	for name, version := range m.Dependencies {
		r.pack.Dependencies = append(r.pack.Dependencies, Dependency{name, version})
	}
	slices.SortFunc(r.pack.Dependencies, func(a, b Dependency) int { return cmp.Compare(a.Name, b.Name) })
}

// isOurVersion compares major and minor: 4.0.0 and 4.0.1 differ in corrections only.
func (r *reader) isOurVersion(version string) bool {
	ours := r.set.Version()
	ours = ours[:strings.LastIndexByte(ours, '.')]
	return version == ours || strings.HasPrefix(version, ours+".")
}
