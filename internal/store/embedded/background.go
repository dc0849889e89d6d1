package embedded

import (
	"context"
	"sync"
	"time"
)

// background is the work a store does on its own; stop ends it and waits.
type background struct {
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
}

func newBackground() *background {
	b := &background{}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	return b
}

// start does work until it ends; its context ends when the store stops.
func (b *background) start(work func(ctx context.Context)) {
	b.running.Go(func() { work(b.ctx) })
}

// every does work regularly, and whenever it is wanted; nil is never.
func (b *background) every(period time.Duration, wanted <-chan struct{}, work func(ctx context.Context)) {
	b.start(func(ctx context.Context) {
		tick := time.NewTicker(period)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			case <-wanted:
			}
			work(ctx)
		}
	})
}

func (b *background) stop() {
	b.cancel()
	b.running.Wait()
}
