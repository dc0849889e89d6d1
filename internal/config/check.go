package config

import (
	"errors"
	"fmt"
	"slices"
)

// faults are the settings that do not go together.
func (c *Config) faults() (faults []error) {
	if c.DefaultCount > c.MaxCount {
		faults = append(faults, errors.New("default-count: larger than max-count"))
	}
	if (c.TLSCert == "") != (c.TLSKey == "") || c.TLSCert == "" && c.TLSClientCA != "" {
		faults = append(faults, errors.New("tls-cert: it and tls-key belong together, and tls-client-ca needs both"))
	}
	if c.IntrospectClient == "" && (c.Introspect != "" || c.IntrospectSecret != "") {
		faults = append(faults, errors.New("introspect: needs introspect-client"))
	}
	if !c.Login() && (c.IntrospectClient != "" || c.Audience != "" || len(c.SMARTCapabilities) > 0) {
		faults = append(faults, errors.New("issuer: missing, and settings that are nothing without it are there"))
	}
	if c.DevLogin && (len(c.Issuers) > 0 || c.TLSCert != "" || c.Claims != "smart") {
		faults = append(faults, errors.New("dev-login: is an issuer of its own, by plain HTTP"))
	}
	if c.DevClientKeys != "" && !c.DevLogin {
		faults = append(faults, errors.New("dev-client-keys: are nothing without dev-login"))
	}
	if c.Audit == Off && (c.AuditHeadFolder != "" || c.AuditRetention != 0) {
		faults = append(faults, errors.New("audit: is off, and settings that are nothing without it are there"))
	}
	if c.BackupFolder != "" && (len(c.AgeRecipients) == 0 || c.Temporary) {
		faults = append(faults, errors.New("backup-folder: needs age-recipient, for a backup holds every plan, and a store that is not temporary"))
	}
	for _, p := range c.Administrators {
		if !slices.Contains(c.Issuers, p.Issuer) {
			faults = append(faults, fmt.Errorf("administrators: %s is none of the issuers", p.Issuer))
		}
	}
	named := func(p Person) bool { return p.Name != "" }
	if slices.ContainsFunc(c.Administrators, named) && slices.ContainsFunc(c.Administrators, func(p Person) bool { return !named(p) }) {
		faults = append(faults, errors.New("administrators: it is said of some who they are: say it of each, as NAME=issuer|subject, or of none"))
	}
	return faults
}
