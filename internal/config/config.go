package config

import (
	"log/slog"
	"net/netip"
	"slices"
	"time"
)

// Config is all settings, understood. Load makes one; Defaults is one with nothing said.
type Config struct {
	Listen         string         // host:port; port 0 takes a free one
	Data           string         // the folder of the embedded store
	Temporary      bool           // keep the data in a folder of its own that is removed at exit
	BaseURL        string         // the service base as clients see it, without trailing slash; "" takes it from each request
	TrustedProxies []netip.Prefix // whose Forwarded and X-Forwarded-* headers are believed
	Insecure       bool           // allow other than loopback addresses without a login

	TLSCert     string // a certificate chain, in PEM; "" is plain HTTP
	TLSKey      string // its key
	TLSClientCA string // who vouches for certificates that clients may show; "" asks for none

	Issuers               []string      // issuer identifiers whose access tokens are believed; none is a server without login
	Audience              string        // what aud must name; "" is the service base
	Claims                string        // the name of a mapping of claims: one of "smart", "cis2", …
	ClockSkew             time.Duration // allowance for the clocks of issuers
	Introspect            string        // where the first issuer tells of opaque tokens; "" discovers it
	IntrospectClient      string        // of this server there; "" takes no opaque tokens
	IntrospectSecret      string        //
	Administrators        []Person      // those who are administrators before there is any staff list
	StaffListSecondPerson string        // Wide or Additions: what of a staff list waits for a second person
	SMARTCapabilities     []string      // of the first issuer, for apps: no metadata tells them
	Origins               []string      // of web pages that may call; "*" is any
	DevLogin              bool          // the login of package devlogin is the issuer
	DevClientKeys         string        // file of the keys of its backend client; "" for none

	Zone                 *time.Location // of dates and times without a zone
	UnknownParameters    string         // Strict or Lenient
	ReferentialIntegrity bool           // refuse references to what does not exist, and deletions of what is referenced
	Validation           string         // ValidationOff, ValidationCore or ValidationFull
	AllowedProfiles      []string       // canonicals a resource may declare; nil for any
	Packages             []string       // paths of FHIR packages to bring in beside our own guide
	SyntheticNHSNumbers  string         // Auto, On or Off: take only NHS numbers that are never issued
	Audit                string         // Auto, On or Off: record every look and every write before it is answered
	AuditRetention       time.Duration  // contents of older records are purged; 0 keeps them
	AuditHeadFolder      string         // folder that heads of the audit log are written to; "" for none
	AgeRecipients        []string       // public keys that heads and backups are encrypted for; none leaves heads plain
	AuditHeadEvery       time.Duration  // how often
	BackupFolder         string         // folder that backups of the running server are written to; "" for none
	BackupEvery          time.Duration  // how often
	BackupKeep           int            // how many of them are kept

	MaxBody      int64         // bytes of a request body, after decompression
	MaxEntries   int           // entries of a batch or transaction
	MaxCount     int           // matches on one page
	DefaultCount int           // matches on one page when _count is not said
	CursorLife   time.Duration // how long a page link can be followed

	RateCaller  int // requests a second of one person at one client; with a login, as the next two
	RateClient  int // of one client
	RateAddress int // of one address without a good token
	AtWork      int // requests at work at the same time

	RequestTimeout time.Duration // for one interaction
	ReadTimeout    time.Duration // for receiving a request
	WriteTimeout   time.Duration // for receiving a request and sending its answer
	IdleTimeout    time.Duration // between requests of one connection
	ShutdownGrace  time.Duration // for running requests when the server stops

	CacheSize   int64 // bytes of the store's block cache
	DiskReserve int64 // bytes free on the volume of the data below which writes are refused; 1 refuses none

	LogLevel  slog.Level
	LogFormat string // LogText or LogJSON

	given []given // where each setting came from, in the order of the table
}

// Person is somebody as an issuer names them, and as whoever set this server up does: two of one name are one
// person. Name is "" where none is said.
type Person struct{ Issuer, Subject, Name string }

// Administrator finds somebody among the administrators.
func (c *Config) Administrator(issuer, subject string) (p Person, ok bool) {
	i := slices.IndexFunc(c.Administrators, func(p Person) bool { return p.Issuer == issuer && p.Subject == subject })
	if i < 0 {
		return Person{}, false
	}
	return c.Administrators[i], true
}

// People is how many people the administrators are, as far as that is said.
func (c *Config) People() int {
	people := map[Person]bool{}
	for _, p := range c.Administrators {
		if p.Name != "" {
			p = Person{Name: p.Name}
		}
		people[p] = true
	}
	return len(people)
}

// Login reports whether people must log in.
func (c *Config) Login() bool { return len(c.Issuers) > 0 || c.DevLogin }

// The words of settings that are a choice.
const (
	Strict  = "strict"  // an unknown search parameter is an error
	Lenient = "lenient" // an unknown search parameter is ignored with a warning

	ValidationOff  = "off"  // only what cannot be read is refused
	ValidationCore = "core" // resources must conform to FHIR R4 and to the profiles they declare
	ValidationFull = "full" // and to the profile of our guide that what they are about calls for

	Wide      = "wide"      // a staff list that takes access from many, or makes administrators
	Additions = "additions" // and whatever lets anybody do more

	Auto = "auto" // whichever the rest of the configuration asks for
	On   = "on"
	Off  = "off"

	LogText = "text"
	LogJSON = "json"
)

// given is the text a setting was given, and by what.
type given struct {
	setting *Setting
	text    string
	source  string // "default", "flag", "environment" or the name of the file
}

// Defaults is the configuration when nothing is said.
func Defaults() Config {
	c, err := resolve(nil)
	if err != nil {
		panic(err) // a default of the table that its own setting refuses
	}
	return c
}

// LogValue is the effective configuration, one attribute a setting: its text, and its source where that is not
// the default. Secrets show only whether they are set.
func (c Config) LogValue() slog.Value {
	attrs := make([]slog.Attr, 0, len(c.given))
	for _, g := range c.given {
		text := g.text
		if g.setting.Secret && text != "" {
			text = "[secret]"
		}
		if g.source != fromDefault {
			text += " (" + g.source + ")"
		}
		attrs = append(attrs, slog.String(g.setting.Name, text))
	}
	return slog.GroupValue(attrs...)
}
