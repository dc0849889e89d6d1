package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"syscall"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/config"
	"hearken/internal/conformance"
	"hearken/internal/interaction"
	"hearken/internal/store/embedded"
)

// Interactions is the server without its wire: an open store and all that FHIR does on it.
type Interactions struct {
	*interaction.Server
	folder string // where the store is
	remove string // the folder of a temporary store, removed by Close
}

// OpenInteractions opens the configured store and brings the definitions of our guide and of the configured
// packages into it. base is the service base that absolute references to this server begin with. The error
// names every fault of a package.
func OpenInteractions(ctx context.Context, c config.Config, base string, d Deps) (*Interactions, error) {
	i, err := openStore(ctx, c, base, d.withDefaults())
	if err != nil {
		return nil, err
	}
	if err := i.Conformance.Guides().Seed(ctx, i.Store, i.Extractor); err != nil {
		return nil, errors.Join(err, i.Close())
	}
	return i, nil
}

// openStore is OpenInteractions on a store that stays as it is.
func openStore(ctx context.Context, c config.Config, base string, d Deps) (*Interactions, error) {
	guides, err := guidesOf(ctx, c, d.Log)
	if err != nil {
		return nil, err
	}
	i := &Interactions{}
	folder := c.Data
	if c.Temporary {
		var err error
		if i.remove, err = os.MkdirTemp("", "hearken-"); err != nil {
			return nil, err
		}
		folder = i.remove
	}
	i.folder = folder
	if err := i.open(folder, c, base, guides, d); err != nil {
		return nil, errors.Join(err, i.removeTemporary())
	}
	i.Server.Policy = interaction.Policy{ReferentialIntegrity: c.ReferentialIntegrity, SyntheticNHSNumbersOnly: syntheticOnly(c),
		AdditionsWait: c.StaffListSecondPerson == config.Additions}
	i.Report = func(_ context.Context, err error) { d.Log.Error("fault in a batch", slog.Any("error", err)) }
	return i, nil
}

// Base is the service base of the server that c configures, if it listens where c says: absolute references that
// begin with it are to its own resources.
func Base(c config.Config) string {
	if c.BaseURL != "" {
		return c.BaseURL
	}
	if c.TLSCert != "" {
		return "https://" + c.Listen + "/fhir"
	}
	return "http://" + c.Listen + "/fhir"
}

// open wires the definitions, the search and the store in folder.
func (i *Interactions) open(folder string, c config.Config, base string, guides *conformance.Guides, d Deps) error {
	set := guides.Set()
	registry, err := search.NewRegistry(set)
	if err != nil {
		return err
	}
	extractor := interaction.Mark(&search.Extractor{Registry: registry, Zone: c.Zone, Base: base})
	limits := interaction.DefaultLimits()
	limits.Element.Bytes = int(c.MaxBody)
	limits.Entries, limits.HistoryCount, limits.MaxCount = c.MaxEntries, c.DefaultCount, c.MaxCount
	opened, err := embedded.Open(folder, embedded.Options{
		Parameters: registry.All(),
		Extract: func(_ fhir.Key, body []byte) (query.Index, error) {
			tree, faults := element.Parse(set, body, limits.Element)
			if faults.Failed() {
				return query.Index{}, errors.New("a stored resource cannot be read")
			}
			return extractor.Index(tree.Root())
		},
		Now: d.Now, Random: d.Random, CacheBytes: c.CacheSize, Reserve: uint64(c.DiskReserve), CursorLife: c.CursorLife, Logger: d.Log,
	})
	if errors.Is(err, syscall.EAGAIN) {
		return fmt.Errorf("data: another process has %s open", folder)
	}
	if err != nil {
		return fmt.Errorf("data: %s: %w", folder, err)
	}
	inForce := conformance.New(guides, opened, validatorOf(c, set, d.Now))
	i.Server = &interaction.Server{
		Store: opened, Definitions: set, Registry: registry, Extractor: extractor,
		Parser:      parser(registry, base, c, d),
		Conformance: inForce,
		Schema:      schemaOf,
		Terminology: inForce.Terminology,
		NewID:       d.NewID,
		Now:         d.Now,
		Limits:      limits,
		Software:    interaction.Software{Name: "Hearken", Version: d.Version, Date: d.Now()},
	}
	i.Parser.Terminology = inForce.Terminology
	if auditOn(c) {
		i.Audit = opened.Audit()
	}
	return nil
}

// syntheticOnly: a server without login holds no real person's plan, unless it is told to; nor does the store that
// such a server would open.
func syntheticOnly(c config.Config) bool {
	return c.SyntheticNHSNumbers == config.On || c.SyntheticNHSNumbers == config.Auto && namesLoopback(c.Listen) && len(c.Issuers) == 0
}

// auditOn: who looks at what is recorded where people log in; a server without login knows nobody whom it could record.
func auditOn(c config.Config) bool {
	return c.Audit == config.On || c.Audit == config.Auto && c.Login()
}

func parser(registry *search.Registry, base string, c config.Config, d Deps) *search.Parser {
	p := &search.Parser{Registry: registry, Zone: c.Zone, Now: d.Now, Limits: search.DefaultLimits(), Base: base}
	p.Limits.MaxCount, p.Limits.DefaultCount = c.MaxCount, c.DefaultCount
	if c.UnknownParameters == config.Lenient {
		p.UnknownParameters = search.Lenient
	}
	return p
}

// Close closes the store, when what is running has ended.
func (i *Interactions) Close() error {
	return errors.Join(i.Store.Close(), i.removeTemporary())
}

func (i *Interactions) removeTemporary() error {
	if i.remove == "" {
		return nil
	}
	return os.RemoveAll(i.remove)
}
