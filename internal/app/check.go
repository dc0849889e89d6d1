package app

import (
	"context"

	"hearken/internal/config"
	"hearken/internal/store/embedded"
)

// Check opens the configured store, which no server may have open then, holds all that is in it against each other, and
// says what it found. It does not make a store where there is none. The error is why it could not be read.
func Check(ctx context.Context, c config.Config, d Deps) (report embedded.Report, err error) {
	err = withEngine(ctx, c, d, func(engine *embedded.Store) error {
		report, err = engine.Check(ctx)
		return err
	})
	return report, err
}
