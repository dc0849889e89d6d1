package app

import (
	"math"
	"sync"
	"time"

	"hearken/fhir/definition"
	"hearken/fhir/validation"
	"hearken/internal/config"
	"hearken/internal/conformance"
	"hearken/internal/interaction"
	"hearken/profiles"
)

// Judge is a server without a store, that judges as the configuration and the options ask and does no interaction.
func Judge(c config.Config, guides *conformance.Guides, now func() time.Time, more ...validation.Option) *interaction.Server {
	limits := interaction.DefaultLimits()
	limits.Element.Bytes = math.MaxInt32
	return &interaction.Server{
		Definitions: guides.Set(), Conformance: conformance.New(guides, nil, validatorOf(c, guides.Set(), now, more...)),
		Limits: limits, Now: now,
	}
}

// validatorOf makes what judges resources by a set of definitions, as the configuration asks; nil when
// nothing is to be judged. What is compiled of FHIR itself is compiled once and shared by all sets.
func validatorOf(c config.Config, set *definition.Set, now func() time.Time, more ...validation.Option) func(*conformance.Definitions) conformance.Validate {
	if c.Validation == config.ValidationOff {
		return nil
	}
	found := func(d *conformance.Definitions) []validation.Option {
		return []validation.Option{validation.WithProfiles(d.Structure), validation.WithTerminology(d.Terminology()), validation.WithDefinitions(d.Questionnaire)}
	}
	options := []validation.Option{validation.WithAggregationInBundles(), validation.WithExamples(true), validation.WithClock(now)}
	if c.Validation == config.ValidationFull {
		options = append(options, validation.WithCalls(calls()...))
	}
	if len(c.AllowedProfiles) > 0 {
		options = append(options, validation.WithAllowedProfiles(c.AllowedProfiles...))
	}
	options = append(options, more...)
	var once sync.Once
	var first *validation.Validator
	return func(d *conformance.Definitions) conformance.Validate {
		made := false
		once.Do(func() { first, made = validation.New(set, append(options, found(d)...)...), true })
		if made {
			return first.Validate
		}
		return first.With(found(d)...).Validate
	}
}

// calls are what calls for a profile of our guide, as the validator has them.
func calls() []validation.Call {
	all := make([]validation.Call, len(profiles.Calls))
	for i, c := range profiles.Calls {
		all[i] = validation.Call(c)
	}
	return all
}
