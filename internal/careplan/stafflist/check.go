package stafflist

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"hearken/fhir"
	"hearken/internal/access"
)

// The stable details of what is wrong with a list.
const (
	DetailForm      = "staff-list-form"         // it cannot be read
	DetailColumn    = "staff-list-column"       // a column that is not known, or missing
	DetailIdentity  = "staff-list-identity"     // nothing says who it is
	DetailTwice     = "staff-list-twice"        // somebody is on the list twice
	DetailRole      = "staff-list-role"         // no role of a list
	DetailDate      = "staff-list-date"         // no date, or an end before the beginning
	DetailElsewhere = "staff-list-organisation" // an entry of another organisation
	DetailTooLong   = "staff-list-too-long"     // more entries than are taken
	DetailNotKept   = "staff-list-not-kept"     // something that an entry of a list does not have
	DetailUntrained = "staff-list-untrained"    // an entry that lets nobody in
)

// The columns of a list, and what the same is called in messages about Bundles.
const (
	columnIssuer      = "issuer"
	columnSubject     = "subject"
	columnRoleProfile = "sds-role-profile-id"
	columnName        = "name"
	columnRole        = "role"
	columnFrom        = "from"
	columnUntil       = "until"
	columnTrained     = "trained-until"
)

// columns are all of them, in the order that a list is best written in.
var columns = []string{columnIssuer, columnSubject, columnRoleProfile, columnName, columnRole, columnFrom, columnUntil, columnTrained}

// roles are those that people on a list may have.
var roles = []access.Role{access.Clinical, access.UrgentNonClinical, access.CareHome, access.PrivacyOfficer, access.Administrator}

// checker collects entries and what is wrong with them.
type checker struct {
	entries []Entry
	seen    map[string]string // where each identity stands
	issues  fhir.Outcome
}

// written is an entry as its list has it, by column; at tells where a column of it stands, named for a message.
type written struct {
	values map[string]string
	at     func(column string) fhir.Issue
	name   string // "row 3"
}

func (c *checker) report(w *written, column string, code fhir.IssueCode, detail, format string, args ...any) {
	issue := w.at(column)
	issue.Severity, issue.Code, issue.Detail = fhir.SeverityError, code, detail
	issue.Diagnostics = fmt.Sprintf("%s, %s: ", w.name, column) + fmt.Sprintf(format, args...)
	c.issues = append(c.issues, issue)
}

// maxText is how long a value may be.
const maxText = 255

// add checks an entry, and takes it.
func (c *checker) add(w *written) {
	for _, column := range columns {
		if value := w.values[column]; len(value) > maxText || strings.ContainsFunc(value, unicode.IsControl) {
			c.report(w, column, fhir.CodeValue, DetailForm, "a value has at most %d characters and no control characters", maxText)
		}
	}
	e := Entry{Issuer: w.values[columnIssuer], Subject: w.values[columnSubject], RoleProfile: w.values[columnRoleProfile], Name: w.values[columnName],
		From: w.values[columnFrom], Until: w.values[columnUntil], Trained: w.values[columnTrained]}
	c.identity(w, &e)
	c.role(w, &e)
	c.dates(w, &e)
	c.entries = append(c.entries, e)
}

func (c *checker) identity(w *written, e *Entry) {
	switch {
	case e.Issuer == "" && e.Subject == "" && e.RoleProfile == "":
		c.report(w, columnSubject, fhir.CodeRequired, DetailIdentity, "an entry names issuer and subject, or a role profile")
	case e.Issuer == "" && e.Subject != "":
		c.report(w, columnIssuer, fhir.CodeRequired, DetailIdentity, "a subject is somebody only together with the issuer of their tokens")
	case e.Issuer != "" && e.Subject == "":
		c.report(w, columnSubject, fhir.CodeRequired, DetailIdentity, "an issuer alone names nobody")
	case e.Issuer != "" && !isAbsolute(e.Issuer):
		c.report(w, columnIssuer, fhir.CodeValue, DetailIdentity, "an issuer is a URL, to the letter as in its tokens")
	}
	for _, identity := range e.identities() {
		if first, ok := c.seen[identity]; ok {
			c.report(w, columnSubject, fhir.CodeDuplicate, DetailTwice, "the same person or role profile stands in %s", first)
			continue
		}
		c.seen[identity] = w.name
	}
}

func isAbsolute(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.IsAbs() && !strings.ContainsAny(text, " |")
}

func (c *checker) role(w *written, e *Entry) {
	var valid []string
	for _, role := range roles {
		if role.String() == w.values[columnRole] {
			e.Role = role
			return
		}
		valid = append(valid, role.String())
	}
	c.report(w, columnRole, fhir.CodeInvalidCode, DetailRole, "a role is one of: %s", strings.Join(valid, ", "))
}

func (c *checker) dates(w *written, e *Entry) {
	from, hasFrom := c.date(w, columnFrom, e.From)
	until, hasUntil := c.date(w, columnUntil, e.Until)
	c.date(w, columnTrained, e.Trained)
	if hasFrom && hasUntil && until.Before(from) {
		c.report(w, columnUntil, fhir.CodeValue, DetailDate, "the end is before the beginning")
	}
	if e.Trained == "" {
		issue := w.at(columnTrained)
		issue.Severity, issue.Code, issue.Detail = fhir.Warning, fhir.CodeBusinessRule, DetailUntrained
		issue.Diagnostics = w.name + ": nobody without training in date gets in"
		c.issues = append(c.issues, issue)
	}
}

func (c *checker) date(w *written, column, text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, false
	}
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		c.report(w, column, fhir.CodeValue, DetailDate, "a date is written year-month-day, such as 2027-03-31")
	}
	return at, err == nil
}

// result is the list, or nothing where there is a fault.
func (c *checker) result() ([]Entry, fhir.Outcome) {
	if c.issues.Failed() {
		return nil, c.issues
	}
	return c.entries, c.issues
}
