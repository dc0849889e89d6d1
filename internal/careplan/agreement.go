package careplan

import (
	"fmt"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/access"
)

// The stable details of agreements that are refused.
const (
	DetailAgreementOrganisation = "agreement-organisation" // no ODS code, or several
	DetailAgreementPeriod       = "agreement-period"       // it does not say from when
	DetailAgreementRole         = "agreement-role"
	DetailAgreementPurpose      = "agreement-purpose"
)

// CheckAgreement says what is wrong with a Contract that is an agreement in force: one that binds nobody, or
// that means what nobody can read. What is not in force may be unfinished.
func CheckAgreement(n element.Node) (issues fhir.Outcome) {
	if n.Child("status").Text() != "executed" {
		return nil
	}
	report := func(at element.Node, code fhir.IssueCode, detail, format string, args ...any) {
		issue := fhir.Issue{Severity: fhir.SeverityError, Code: code, Detail: detail, Diagnostics: fmt.Sprintf(format, args...), Expression: []string{at.Location()}}
		issue.Line, issue.Column = at.LineColumn()
		issues = append(issues, issue)
	}
	var organisations []string
	roles, uses := 0, 0
	for child := range n.Children() {
		switch child.Name() {
		case "identifier":
			if code := ODSCode(child); code != "" && !slices.Contains(organisations, code) {
				organisations = append(organisations, code)
			}
		case "subType":
			for coding := range child.Children() {
				if coding.Name() != "coding" {
					continue
				}
				code := coding.Child("code").Text()
				switch coding.Child("system").Text() {
				case RoleSystem:
					if roles++; access.ParseRole(code) == 0 {
						report(coding, fhir.CodeInvalidCode, DetailAgreementRole, "the role is none of %s", RoleSystem)
					}
				case PurposeSystem:
					if uses++; purposes[code] == access.Unstated {
						report(coding, fhir.CodeInvalidCode, DetailAgreementPurpose, "the purpose is none of: %s", strings.Join(purposeCodes(), ", "))
					}
				}
			}
		}
	}
	if len(organisations) != 1 {
		report(n, fhir.CodeBusinessRule, DetailAgreementOrganisation, "an agreement is of one organisation, by its ODS code (identifier of %s)", ODSOrganisationSystem)
	}
	if roles == 0 {
		report(n, fhir.CodeBusinessRule, DetailAgreementRole, "an agreement says for which roles it is (subType of %s)", RoleSystem)
	}
	if uses == 0 {
		report(n, fhir.CodeBusinessRule, DetailAgreementPurpose, "an agreement says for which purposes it is (subType of %s)", PurposeSystem)
	}
	if n.Child("applies").Child("start").Text() == "" {
		report(n, fhir.CodeBusinessRule, DetailAgreementPeriod, "an agreement says from when it applies (applies.start)")
	}
	return issues
}

func purposeCodes() []string {
	var codes []string
	for code := range purposes {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}
