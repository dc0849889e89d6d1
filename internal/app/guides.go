package app

import (
	"context"
	"log/slog"

	"hearken/fhir"
	"hearken/internal/config"
	"hearken/internal/conformance"
)

// guidesOf reads our guide and the configured packages. What is to be said of them and is no fault goes to the log.
func guidesOf(ctx context.Context, c config.Config, log *slog.Logger) (*conformance.Guides, error) {
	packs, outcome := conformance.ReadPackages(c.Packages)
	var guides *conformance.Guides
	if !outcome.Failed() {
		var issues fhir.Outcome
		guides, issues = conformance.NewGuides(packs...)
		outcome = append(outcome, issues...)
	}
	if outcome.Failed() {
		return nil, &fhir.Error{Op: "package", Code: fhir.CodeInvalid, Issues: outcome}
	}
	for _, issue := range outcome {
		level := slog.LevelInfo
		if issue.Severity == fhir.Warning {
			level = slog.LevelWarn
		}
		log.Log(ctx, level, "package", slog.String("detail", issue.Detail), slog.String("says", issue.Diagnostics))
	}
	for _, pack := range packs {
		log.Info("package", slog.String("name", pack.Name), slog.String("version", pack.Version), slog.Int("definitions", len(pack.Resources)))
	}
	return guides, nil
}
