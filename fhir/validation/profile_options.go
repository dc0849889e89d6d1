package validation

import (
	"time"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/validation/snapshot"
)

// WithProfiles finds StructureDefinitions, profiles and extensions, by canonical, with or without "|version".
// Snapshots are made where only a differential is there. Those R4 publishes itself are r4.Guide, its types
// need not be found:
//
//	validation.WithProfiles(snapshot.First(library.Structure, r4.Guide))
//
// The source is asked at each use and by many goroutines at once; a profile is made ready when it is first
// met and kept for as long as the source gives the same rows.
func WithProfiles(source snapshot.Source) Option { return func(o *options) { o.profiles = source } }

// WithCalls adds profiles that resources are measured by though they do not name them.
func WithCalls(calls ...Call) Option { return func(o *options) { o.calls = append(o.calls, calls...) } }

// WithAllowedProfiles lists the profiles, by canonical with or without "|version", that a resource may
// declare: any other is an error. Without it every profile may be declared, and one that is not known is a
// warning.
func WithAllowedProfiles(canonicals ...string) Option {
	return func(o *options) { o.allowed = append([]string{}, canonicals...) }
}

// WithUnknownExtensions says how severe it is that an extension stands there of which no definition is known.
// Without it that is a warning. A modifier extension that is not known is always an error.
func WithUnknownExtensions(s fhir.Severity) Option {
	return func(o *options) { o.unknownExtensions = s }
}

// WithExamples says what of extensions whose url is on a server that is there for examples only, such as
// example.org: allowed, they need no definition, not even a modifier extension; else they are refused.
// Without this they are as any other extension.
func WithExamples(allowed bool) Option {
	return func(o *options) {
		o.examples = examplesRefused
		if allowed {
			o.examples = examplesAllowed
		}
	}
}

// examples is what is done with extensions of example servers.
type examples uint8

const (
	examplesAsOthers examples = iota
	examplesAllowed
	examplesRefused
)

// WithAggregationInBundles asks whether what a reference is to is in the same Bundle only where there is a
// Bundle: a resource that is stored by itself may have come in one.
func WithAggregationInBundles() Option { return func(o *options) { o.looseAggregation = true } }

// WithClock lets now() and today() in the invariants of profiles read a clock. Without one such invariants
// are not evaluated.
func WithClock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// profileNames are the elements that lead to profiles.
type profileNames struct{ profile definition.NameID }

func newProfileNames(set *definition.Set) profileNames {
	return profileNames{profile: set.NameID("profile")}
}
