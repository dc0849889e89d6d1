package interaction

import (
	"encoding/json"
	"errors"

	"hearken/fhir"
)

// DetailSystem is the code system of Issue.Detail, Hearken's own stable codes for programs.
const DetailSystem = "https://hearken.example.org/fhir/CodeSystem/issue-detail"

// The extensions HL7's validator gives an issue's place in the text with; R4 has no element for it.
const (
	lineExtension   = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line"
	columnExtension = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-col"
)

// maxIssues is how many issues are told at once. A hostile text of a million faults must not be answered
// with a million issues.
const maxIssues = 500

// Failure turns an error from Do into the Answer a client gets: its status and its issues as an OperationOutcome.
// Foreign errors say "internal error"; what they were is for the log only.
func Failure(err error) Answer {
	return Answer{Status: Status(err), Body: Outcome(issuesOf(err))}
}

func issuesOf(err error) fhir.Outcome {
	var e *fhir.Error
	if errors.As(err, &e) && len(e.Issues) > 0 {
		return e.Issues
	}
	code := fhir.CodeOf(err)
	if e == nil {
		return fhir.Errorf(code, "internal error").Issues
	}
	return fhir.Errorf(code, "").Issues
}

// Outcome is the issues as an OperationOutcome in JSON
// (https://hl7.org/fhir/R4/operationoutcome.html). No issues at all is one informational issue, because an
// OperationOutcome must have some.
func Outcome(issues fhir.Outcome) []byte {
	out := operationOutcome{ResourceType: "OperationOutcome"}
	for i := range issues {
		if i == maxIssues {
			out.Issue = append(out.Issue, issueOf(fhir.Issue{Severity: fhir.Information, Code: fhir.CodeInformational,
				Diagnostics: "there are more issues than are told at once"}))
			break
		}
		out.Issue = append(out.Issue, issueOf(issues[i]))
	}
	if len(issues) == 0 {
		out.Issue = []outcomeIssue{{Severity: fhir.Information, Code: fhir.CodeInformational, Diagnostics: "no issues"}}
	}
	body, err := json.Marshal(out)
	if err != nil {
		panic(err) // strings and numbers only: cannot happen
	}
	return body
}

type operationOutcome struct {
	ResourceType string         `json:"resourceType"`
	Issue        []outcomeIssue `json:"issue"`
}

type outcomeIssue struct {
	Extension   []outcomeExtension `json:"extension,omitempty"`
	Severity    fhir.Severity      `json:"severity"`
	Code        fhir.IssueCode     `json:"code"`
	Details     *outcomeDetails    `json:"details,omitempty"`
	Diagnostics string             `json:"diagnostics,omitempty"`
	Expression  []string           `json:"expression,omitempty"`
}

type outcomeExtension struct {
	URL          string `json:"url"`
	ValueInteger int    `json:"valueInteger"`
}

type outcomeDetails struct {
	Coding []outcomeCoding `json:"coding"`
}

type outcomeCoding struct {
	System string `json:"system"`
	Code   string `json:"code"`
}

func issueOf(i fhir.Issue) outcomeIssue {
	out := outcomeIssue{Severity: i.Severity, Code: i.Code, Diagnostics: i.Diagnostics, Expression: i.Expression}
	if i.Detail != "" {
		out.Details = &outcomeDetails{Coding: []outcomeCoding{{System: DetailSystem, Code: i.Detail}}}
	}
	if i.Line > 0 {
		out.Extension = append(out.Extension, outcomeExtension{lineExtension, i.Line})
	}
	if i.Column > 0 {
		out.Extension = append(out.Extension, outcomeExtension{columnExtension, i.Column})
	}
	return out
}
