package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"log/slog"
	"time"

	"hearken/fhir"
	"hearken/internal/interaction"
)

// Deps is what the server takes from outside. A zero field is set to what a real server uses.
type Deps struct {
	Now     func() time.Time // the clock
	Random  io.Reader        // for ids, request ids and the store's secret
	NewID   func() fhir.ID   // ids of resources; default 128 bits of Random
	Log     *slog.Logger     // see NewLogger
	Version string           // of this build, for the CapabilityStatement
	// Prepare, if set, brings in what is to be there before anybody connects. It is asked to log in by nobody.
	// Its error ends Open.
	Prepare func(ctx context.Context, i *Interactions, base string) error
}

func (d Deps) withDefaults() Deps {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Random == nil {
		d.Random = rand.Reader
	}
	if d.NewID == nil {
		d.NewID = interaction.RandomID(d.Random)
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	if d.Version == "" {
		d.Version = "unknown"
	}
	return d
}

// newRequestID names a request with 64 random bits: it has to be told from others in one log, no more.
func (d Deps) newRequestID() string {
	var bits [8]byte
	if _, err := io.ReadFull(d.Random, bits[:]); err != nil {
		return "none"
	}
	return hex.EncodeToString(bits[:])
}
