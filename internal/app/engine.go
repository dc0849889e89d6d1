package app

import (
	"context"
	"errors"
	"fmt"
	"os"

	"hearken/internal/config"
	"hearken/internal/store/embedded"
)

// withEngine opens the configured store, which no server may have open then, as it is, for what only the
// embedded engine can do. It does not make a store where there is none.
func withEngine(ctx context.Context, c config.Config, d Deps, fn func(*embedded.Store) error) error {
	c.Temporary = false
	if names, err := os.ReadDir(c.Data); err != nil || len(names) == 0 {
		return fmt.Errorf("data: there is no store in %s", c.Data)
	}
	i, err := openStore(ctx, c, Base(c), d.withDefaults())
	if err != nil {
		return err
	}
	engine, ok := i.Store.(*embedded.Store)
	if !ok {
		return errors.Join(errors.New("this store has a tool of its own for that"), i.Close())
	}
	return errors.Join(fn(engine), i.Close())
}
