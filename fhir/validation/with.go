package validation

import "slices"

// With gives a validator that finds its definitions elsewhere: the options are those of WithProfiles,
// WithTerminology and WithDefinitions that v was made with, given anew. What was compiled of the base
// specification is shared, so that this takes a fraction of the time of New; profiles are made ready anew
// when they are asked for, because what they rest on may have changed.
func (v *Validator) With(opts ...Option) *Validator {
	other := &Validator{
		set: v.set, options: v.options, structures: v.structures, fields: slices.Clone(v.fields), unsupported: v.unsupported,
		names: v.names, reference: v.reference, coded: v.coded, isResource: v.isResource,
		canonical: v.canonical, uri: v.uri, url: v.url, orders: v.orders, extension: v.extension, bundle: v.bundle,
	}
	for _, opt := range opts {
		opt(&other.options)
	}
	other.profiles = newProfileLibrary(other)
	for i, f := range v.set.Fields() {
		if f.Element.Binding != nil || f.Type.Binding != nil {
			plan := &other.fields[i]
			plan.bindings = nil
			other.planBindings(plan, f)
			plan.plainLeaf = other.isPlainLeaf(plan, f)
		}
	}
	other.visits.New = v.visits.New
	return other
}
