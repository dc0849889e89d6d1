package config

import (
	"log/slog"
	"net/netip"
	"time"
)

// The headings of the help.
const (
	groupAddress = "Where"
	groupFHIR    = "FHIR"
	groupLimits  = "Limits"
	groupLog     = "Log"
)

var settings = []Setting{
	{Name: "listen", Group: groupAddress, Default: "127.0.0.1:8080", Form: addressForm,
		Help: "address to serve on; other than loopback needs a login or --insecure",
		set:  into(func(c *Config) *string { return &c.Listen }, parseAddress)},
	{Name: "data", Group: groupAddress, Default: "./hearken-data", Form: pathForm,
		Help: "folder of the embedded store, made if absent",
		set:  into(func(c *Config) *string { return &c.Data }, parsePath)},
	{Name: "temporary", Group: groupAddress, Default: "false", Form: booleanForm,
		Help: "keep the data in a temporary folder that is removed at exit",
		set:  into(func(c *Config) *bool { return &c.Temporary }, parseBool)},
	{Name: "base-url", Group: groupAddress, Default: "", Form: baseURLForm,
		Help: "service base URL as clients see it; default: from each request",
		set:  into(func(c *Config) *string { return &c.BaseURL }, parseBaseURL)},
	{Name: "trusted-proxies", Group: groupAddress, Default: "", Form: prefixesForm,
		Help: "proxies whose Forwarded and X-Forwarded-* headers are believed",
		set:  into(func(c *Config) *[]netip.Prefix { return &c.TrustedProxies }, parsePrefixes)},
	{Name: "insecure", Group: groupAddress, Default: "false", Form: booleanForm,
		Help: "allow an address that others can reach, without any login",
		set:  into(func(c *Config) *bool { return &c.Insecure }, parseBool)},

	{Name: "zone", Group: groupFHIR, Default: "Europe/London", Form: zoneForm,
		Help: "time zone of dates and times that name none",
		set:  into(func(c *Config) **time.Location { return &c.Zone }, parseZone)},
	{Name: "unknown-parameters", Group: groupFHIR, Default: Strict, Form: choice(Strict, Lenient),
		Help: "refuse unknown search parameters, or ignore them with a warning",
		set:  into(func(c *Config) *string { return &c.UnknownParameters }, oneOf(Strict, Lenient))},
	{Name: "referential-integrity", Group: groupFHIR, Default: "false", Form: booleanForm,
		Help: "refuse dangling references, and deleting what is referenced",
		set:  into(func(c *Config) *bool { return &c.ReferentialIntegrity }, parseBool)},
	{Name: "validation", Group: groupFHIR, Default: ValidationFull, Form: choice(ValidationOff, ValidationCore, ValidationFull),
		Help: "judge by: syntax; R4 and declared profiles; those of plans too",
		set:  into(func(c *Config) *string { return &c.Validation }, oneOf(ValidationOff, ValidationCore, ValidationFull))},
	{Name: "allowed-profiles", Group: groupFHIR, Default: "", Form: urlsForm,
		Help: "the only profiles a resource may declare; default: any",
		set:  into(func(c *Config) *[]string { return &c.AllowedProfiles }, parseList)},
	{Name: "package", Group: groupFHIR, Default: "", Form: pathsForm,
		Help: "FHIR package (.tgz), folder or file of definitions; may be repeated",
		set:  into(func(c *Config) *[]string { return &c.Packages }, parseList)},
	{Name: "synthetic-nhs-numbers", Group: groupFHIR, Default: Auto, Form: choice(Auto, On, Off),
		Help: "take only NHS numbers that are never issued; auto: when loopback only",
		set:  into(func(c *Config) *string { return &c.SyntheticNHSNumbers }, oneOf(Auto, On, Off))},

	{Name: "max-body", Group: groupLimits, Default: "64MiB", Form: sizeForm,
		Help: "largest request body, after decompression",
		set:  into(func(c *Config) *int64 { return &c.MaxBody }, parseSize)},
	{Name: "max-entries", Group: groupLimits, Default: "10000", Form: countForm,
		Help: "most entries of a batch or transaction",
		set:  into(func(c *Config) *int { return &c.MaxEntries }, parseCount)},
	{Name: "max-count", Group: groupLimits, Default: "1000", Form: countForm,
		Help: "most matches on one page of a search or history",
		set:  into(func(c *Config) *int { return &c.MaxCount }, parseCount)},
	{Name: "default-count", Group: groupLimits, Default: "50", Form: countForm,
		Help: "matches on one page when _count is not said",
		set:  into(func(c *Config) *int { return &c.DefaultCount }, parseCount)},
	{Name: "cursor-life", Group: groupLimits, Default: "1h", Form: durationForm,
		Help: "how long the link to a next page can be followed",
		set:  into(func(c *Config) *time.Duration { return &c.CursorLife }, parseDuration)},
	{Name: "request-timeout", Group: groupLimits, Default: "1m", Form: durationForm,
		Help: "longest time for one interaction",
		set:  into(func(c *Config) *time.Duration { return &c.RequestTimeout }, parseDuration)},
	{Name: "read-timeout", Group: groupLimits, Default: "2m", Form: durationForm,
		Help: "longest time to receive a request",
		set:  into(func(c *Config) *time.Duration { return &c.ReadTimeout }, parseDuration)},
	{Name: "write-timeout", Group: groupLimits, Default: "5m", Form: durationForm,
		Help: "longest time to receive a request and send its answer",
		set:  into(func(c *Config) *time.Duration { return &c.WriteTimeout }, parseDuration)},
	{Name: "idle-timeout", Group: groupLimits, Default: "2m", Form: durationForm,
		Help: "how long a connection may wait for its next request",
		set:  into(func(c *Config) *time.Duration { return &c.IdleTimeout }, parseDuration)},
	{Name: "shutdown-grace", Group: groupLimits, Default: "20s", Form: durationForm,
		Help: "how long running requests may go on when the server stops",
		set:  into(func(c *Config) *time.Duration { return &c.ShutdownGrace }, parseDuration)},
	{Name: "cache-size", Group: groupLimits, Default: "64MiB", Form: sizeForm,
		Help: "memory for the store's block cache",
		set:  into(func(c *Config) *int64 { return &c.CacheSize }, parseSize)},

	{Name: "log-level", Group: groupLog, Default: "info", Form: choice("debug", "info", "warn", "error"),
		Help: "least severe lines to log",
		set:  into(func(c *Config) *slog.Level { return &c.LogLevel }, parseLevel)},
	{Name: "log-format", Group: groupLog, Default: LogText, Form: choice(LogText, LogJSON),
		Help: "form of log lines",
		set:  into(func(c *Config) *string { return &c.LogFormat }, oneOf(LogText, LogJSON))},
}
