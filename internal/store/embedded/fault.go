package embedded

import (
	"fmt"
	"log/slog"
	"sync/atomic"

	"hearken/internal/store"
)

// fault is the storage fault that made the store read-only, once there was one. Pebble ends the process after a
// failed write to its log; here it stops writers only, and readers go on with what is durable.
type fault struct {
	logger *slog.Logger
	cause  atomic.Pointer[error]
	onFail func()
}

// fail makes the store read-only. The first cause is kept. It takes no lock that its callers might hold.
func (f *fault) fail(cause error) {
	if f.cause.CompareAndSwap(nil, &cause) {
		f.logger.Error("storage fault: the store is read-only now", "cause", cause)
		if f.onFail != nil {
			go f.onFail()
		}
	}
}

// err is nil, or ErrReadOnly with its cause.
func (f *fault) err() error {
	if cause := f.cause.Load(); cause != nil {
		return fmt.Errorf("%w: %w", store.ErrReadOnly, *cause)
	}
	return nil
}

// Infof drops Pebble's remarks on its own housekeeping.
func (f *fault) Infof(string, ...any) {}

// Errorf passes Pebble's errors to the log.
func (f *fault) Errorf(format string, args ...any) {
	f.logger.Error("pebble", "message", fmt.Sprintf(format, args...))
}

// Fatalf is called by Pebble where it would end the process: the store becomes read-only.
func (f *fault) Fatalf(format string, args ...any) {
	f.fail(fmt.Errorf(format, args...))
}
