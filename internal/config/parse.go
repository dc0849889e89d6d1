package config

import (
	"errors"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a server must know Europe/London wherever it runs
)

// into makes the setter of a field from the parser of its values.
func into[T any](field func(*Config) *T, parse func(string) (T, error)) func(*Config, string) error {
	return func(c *Config, s string) error {
		v, err := parse(s)
		if err == nil {
			*field(c) = v
		}
		return err
	}
}

var (
	errChoice = errors.New("not one of the words it can be")
	errSmall  = errors.New("must be above zero")
	errLarge  = errors.New("too large")
	errUnit   = errors.New("units are B, KB, MB, GB, KiB, MiB and GiB")
	errPort   = errors.New("the port is missing")
	errURL    = errors.New("wanted: http or https, a host, no query, fragment or user")
	errEmpty  = errors.New("empty")
)

func oneOf(words ...string) func(string) (string, error) {
	return func(s string) (string, error) {
		if !slices.Contains(words, s) {
			return "", errChoice
		}
		return s, nil
	}
}

func parseBool(s string) (bool, error) {
	switch s {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return false, errChoice
}

func parsePath(s string) (string, error) {
	if s == "" {
		return "", errEmpty
	}
	return s, nil
}

func parseAddress(s string) (string, error) {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", errPort
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return "", errPort
	}
	return s, nil
}

func parseBaseURL(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" {
		return "", errURL
	}
	return strings.TrimRight(s, "/"), nil
}

// parseList takes any words but empty ones.
func parseList(s string) ([]string, error) {
	var words []string
	for word := range strings.SplitSeq(s, listSeparator) {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words, nil
}

func parsePrefixes(s string) ([]netip.Prefix, error) {
	words, _ := parseList(s)
	var prefixes []netip.Prefix
	for _, word := range words {
		prefix, err := netip.ParsePrefix(word)
		if err != nil {
			addr, err := netip.ParseAddr(word)
			if err != nil {
				return nil, err
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		prefixes = append(prefixes, prefix.Masked())
	}
	return prefixes, nil
}

func parseZone(s string) (*time.Location, error) {
	if s == "" || s == "Local" {
		return nil, errors.New("a zone must be named, so that it is the same on every machine")
	}
	return time.LoadLocation(s)
}

func parseCount(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err == nil && n < 1 {
		err = errSmall
	}
	return n, err
}

func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err == nil && d <= 0 {
		err = errSmall
	}
	return d, err
}

func parseLevel(s string) (level slog.Level, err error) {
	return level, level.UnmarshalText([]byte(s))
}

var units = []struct {
	name  string
	bytes int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}, {"", 1},
}

// parseSize reads a whole number with or without a unit: 64MiB, 64 MB, 67108864.
func parseSize(s string) (int64, error) {
	for _, unit := range units {
		digits, found := strings.CutSuffix(s, unit.name)
		if !found {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		switch {
		case err != nil:
			return 0, errUnit
		case n < 1:
			return 0, errSmall
		case n > math.MaxInt64/unit.bytes:
			return 0, errLarge
		}
		return n * unit.bytes, nil
	}
	return 0, errUnit
}

var errRetention = errors.New("wanted: off, or a number of days or years, such as 90d or 8y")

// parseRetention takes days (d) and years (y, of 366 days: nothing is purged a day too early).
func parseRetention(s string) (time.Duration, error) {
	if s == Off {
		return 0, nil
	}
	const day, year, most = 24 * time.Hour, 366 * 24 * time.Hour, 100 * 366
	unit := map[bool]time.Duration{true: day, false: year}[strings.HasSuffix(s, "d")]
	n, err := strconv.Atoi(strings.TrimRight(s, "dy"))
	if err != nil || len(strings.TrimRight(s, "dy")) != len(s)-1 || n < 1 || time.Duration(n)*(unit/day) > most {
		return 0, errRetention
	}
	return time.Duration(n) * unit, nil
}
