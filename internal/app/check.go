package app

import (
	"context"
	"errors"
	"fmt"
	"os"

	"hearken/internal/config"
	"hearken/internal/store/embedded"
)

// Check opens the configured store, which no server may have open then, holds all that is in it against each other, and
// says what it found. It does not make a store where there is none. The error is why it could not be read.
func Check(ctx context.Context, c config.Config, d Deps) (embedded.Report, error) {
	c.Temporary = false
	if names, err := os.ReadDir(c.Data); err != nil || len(names) == 0 {
		return embedded.Report{}, fmt.Errorf("data: there is no store in %s", c.Data)
	}
	i, err := openStore(ctx, c, Base(c), d.withDefaults())
	if err != nil {
		return embedded.Report{}, err
	}
	engine, ok := i.Store.(*embedded.Store)
	if !ok {
		return embedded.Report{}, errors.Join(errors.New("this store has no check"), i.Close())
	}
	report, err := engine.Check(ctx)
	return report, errors.Join(err, i.Close())
}
