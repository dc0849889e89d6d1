package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/access"
)

var now = time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)

// callers are everybody the table of who may see what tells apart. All but the last two work for org A, or
// are patient p.
var callers = map[string]access.Caller{
	"author clinician":      clinician("A", access.InForce, access.InForce),
	"practice clinician":    clinician("P", access.InForce, access.InForce),
	"residence staff":       staff(access.CareHome, "H"),
	"paramedic":             urgentStaff(access.Clinical, "U"),
	"adviser":               urgentStaff(access.UrgentNonClinical, "U"),
	"other clinician":       clinician("X", access.InForce, access.InForce),
	"crew in contact":       with(clinician("X", access.InForce, access.InForce), func(c *access.Caller) { c.Contacts = []fhir.ID{"p"} }),
	"broke the glass":       broke(clinician("X", access.InForce, access.InForce), now.Add(time.Minute)),
	"glass whole again":     broke(clinician("X", access.InForce, access.InForce), now),
	"lapsed agreement":      clinician("A", access.Lapsed, access.InForce),
	"lapsed training":       clinician("A", access.InForce, access.Lapsed),
	"lapsed, broke":         broke(clinician("A", access.Lapsed, access.InForce), now.Add(time.Minute)),
	"never listed":          clinician("A", access.InForce, access.Never),
	"never listed, broke":   broke(clinician("A", access.InForce, access.Never), now.Add(time.Minute)),
	"lapsed adviser":        with(urgentStaff(access.UrgentNonClinical, "U"), func(c *access.Caller) { c.Staff = access.Lapsed }),
	"adviser with a grant":  broke(with(urgentStaff(access.UrgentNonClinical, "U"), func(c *access.Caller) { c.Urgent = false }), now.Add(time.Minute)),
	"patient":               {Now: now, Role: access.Patient, Purpose: access.OwnRecord, Patient: "p"},
	"another patient":       {Now: now, Role: access.Patient, Purpose: access.OwnRecord, Patient: "q"},
	"attorney":              {Now: now, Role: access.Proxy, Purpose: access.OwnRecord, ActsFor: []fhir.ID{"q", "p"}},
	"attorney of nobody":    {Now: now, Role: access.Proxy, Purpose: access.OwnRecord},
	"privacy officer":       staff(access.PrivacyOfficer, "A"),
	"system":                {Now: now, Role: access.System, Purpose: access.Care, Organisation: "A", Agreement: access.InForce},
	"partner":               {Now: now, Role: access.System, Purpose: access.Care, Organisation: "A", Agreement: access.InForce, Partner: true},
	"lapsed partner":        {Now: now, Role: access.System, Purpose: access.Care, Organisation: "A", Agreement: access.Lapsed, Partner: true},
	"researcher":            with(clinician("A", access.InForce, access.InForce), func(c *access.Caller) { c.Purpose = access.OtherUse }),
	"administrator":         {Now: now, Role: access.Administrator, Purpose: access.Oversight},
	"administrator of A":    staff(access.Administrator, "A"),
	"lapsed A's":            with(staff(access.Administrator, "A"), func(c *access.Caller) { c.Agreement = access.Lapsed }),
	"A's who left":          with(staff(access.Administrator, "A"), func(c *access.Caller) { c.Staff = access.Lapsed }),
	"A's without agreement": with(staff(access.Administrator, "A"), func(c *access.Caller) { c.Agreement = access.Never }),
	"nobody":                {Now: now},
	"clinician of no place": clinician("", access.InForce, access.InForce),

	"lapsed officer":         with(staff(access.PrivacyOfficer, "A"), func(c *access.Caller) { c.Agreement = access.Lapsed }),
	"officer of no place":    staff(access.PrivacyOfficer, ""),
	"officer with patients":  with(staff(access.PrivacyOfficer, "A"), func(c *access.Caller) { c.Patient, c.ActsFor = "p", []fhir.ID{"p"} }),
	"patient of no record":   {Now: now, Role: access.Patient, Purpose: access.OwnRecord},
	"partner of no place":    {Now: now, Role: access.System, Purpose: access.Care, Agreement: access.InForce, Partner: true},
	"urgent care home":       urgentStaff(access.CareHome, "U"),
	"lapsed, broke nobody's": with(clinician("A", access.Lapsed, access.InForce), func(c *access.Caller) { c.Grants = []access.Grant{{Until: now.Add(time.Minute)}} }),
}

func clinician(code string, agreement, listed access.Standing) access.Caller {
	return access.Caller{Now: now, Role: access.Clinical, Purpose: access.Care, Organisation: code, Agreement: agreement, Staff: listed}
}

func staff(role access.Role, code string) access.Caller {
	return access.Caller{Now: now, Role: role, Purpose: access.Care, Organisation: code, Agreement: access.InForce, Staff: access.InForce}
}

func urgentStaff(role access.Role, code string) access.Caller {
	return with(staff(role, code), func(c *access.Caller) { c.Urgent, c.Purpose = true, access.UrgentCare })
}

func broke(c access.Caller, until time.Time) access.Caller {
	return with(c, func(c *access.Caller) { c.Grants = []access.Grant{{Patient: "p", Until: until}} })
}

func with(c access.Caller, change func(*access.Caller)) access.Caller {
	change(&c)
	return c
}

func record(change func(*access.Record)) access.Record {
	r := access.Record{Patient: "p", Published: true, Authors: []string{"A"}, Practices: []string{"P"}, Carers: []string{"H"}}
	if change != nil {
		change(&r)
	}
	return r
}

var (
	ordinary   = record(nil)
	agreed     = record(func(r *access.Record) { r.Sharing = access.Agreed })
	objected   = record(func(r *access.Record) { r.Sharing = access.Objected })
	restricted = record(func(r *access.Record) { r.Restricted = true })
	unwritten  = record(func(r *access.Record) { r.Published = false })
	second     = access.Record{Patient: "q", Published: true, Authors: []string{"A", "X"}, Practices: []string{"P"}}
)

// things are resources of each kind that labels tell apart.
var things = map[string][]query.Token{
	"plan":             access.Label(access.Resource{Type: "CarePlan"}, ordinary.Of()),
	"agreed":           access.Label(access.Resource{Type: "CarePlan"}, agreed.Of()),
	"objected":         access.Label(access.Resource{Type: "CarePlan"}, objected.Of()),
	"restricted":       access.Label(access.Resource{Type: "CarePlan"}, restricted.Of()),
	"no plan yet":      access.Label(access.Resource{Type: "Observation"}, unwritten.Of()),
	"draft":            access.Label(access.Resource{Type: "CarePlan", Draft: true}, ordinary.Of()),
	"not for patient":  access.Label(access.Resource{Type: "Observation", FromPatient: true}, ordinary.Of()),
	"of two":           access.Label(access.Resource{Type: "List"}, ordinary.Of(), second.Of()),
	"practitioner":     access.Label(access.Resource{Type: "Practitioner"}),
	"value set":        access.Label(access.Resource{Type: "ValueSet"}),
	"contract":         access.Label(access.Resource{Type: "Contract"}),
	"agreement":        access.Label(access.Resource{Type: "Organization", Fact: true}),
	"officer's review": access.Label(access.Resource{Type: "Task", Officer: "A"}, ordinary.Of()),
	"told by A":        access.Label(access.Resource{Type: "AuditEvent", Fed: true, Feeder: "A"}),
	"told by A of p":   access.Label(access.Resource{Type: "AuditEvent", Fed: true, Feeder: "A"}, ordinary.Of()),
	"told by X of p":   access.Label(access.Resource{Type: "AuditEvent", Fed: true, Feeder: "X"}, ordinary.Of()),
	"told by nobody":   access.Label(access.Resource{Type: "AuditEvent", Fed: true}, ordinary.Of()),
}

// sees is the table: what each caller sees of the things. Whatever is not here is not seen.
var sees = map[string]string{
	"author clinician":     "plan, agreed, objected, restricted, no plan yet, draft, not for patient, of two, practitioner, value set",
	"practice clinician":   "plan, agreed, no plan yet, draft, not for patient, of two, practitioner, value set",
	"residence staff":      "plan, agreed, no plan yet, draft, not for patient, practitioner, value set",
	"paramedic":            "plan, agreed, not for patient, of two, practitioner, value set",
	"adviser":              "plan, agreed, not for patient, of two, practitioner, value set",
	"other clinician":      "practitioner, value set",
	"crew in contact":      "plan, agreed, restricted, no plan yet, not for patient, practitioner, value set",
	"broke the glass":      "plan, agreed, objected, restricted, no plan yet, draft, not for patient, practitioner, value set",
	"glass whole again":    "practitioner, value set",
	"lapsed, broke":        "plan, agreed, objected, restricted, no plan yet, draft, not for patient, practitioner, value set",
	"adviser with a grant": "practitioner, value set",
	"patient":              "plan, agreed, objected, restricted, no plan yet, draft, value set",
	"another patient":      "value set",
	"attorney":             "plan, agreed, objected, restricted, no plan yet, draft, value set",
	"privacy officer":      "officer's review, told by A, told by A of p, practitioner, value set",
	"system":               "practitioner, value set",
	"partner":              "told by A, told by A of p, plan, agreed, objected, restricted, no plan yet, draft, not for patient, of two, practitioner, value set",
	"lapsed partner":       "practitioner, value set",
	"administrator":        "practitioner, value set, contract, agreement",
	"administrator of A":   "practitioner, value set",
	"lapsed A's":           "practitioner, value set",

	"officer with patients": "officer's review, told by A, told by A of p, practitioner, value set",
	"partner of no place":   "practitioner, value set",
	"urgent care home":      "practitioner, value set",
}

func TestDecide_WhoSeesWhat(t *testing.T) {
	for who, caller := range callers {
		d := access.Decide(caller)
		for what, label := range things {
			t.Run(who+"/"+what, func(t *testing.T) {
				want := slices.Contains(strings.Split(sees[who], ", "), what)
				if got := visible(d, label); got != want || d.See(label) != want {
					t.Errorf("visible = %v, See() = %v, want %v\nsees  %v\nlabel %v", got, d.See(label), want, d.Sees, label)
				}
			})
		}
	}
	for who := range sees {
		if _, ok := callers[who]; !ok {
			t.Errorf("the table has a row for %q, who is not among the callers", who)
		}
	}
}

// visible evaluates the condition of a decision on a label.
func visible(d access.Decision, label []query.Token) bool {
	return holds(d.Visible(&query.Parameter{Code: query.AccessCode, Kind: query.KindToken}), label)
}

func holds(e query.Expr, label []query.Token) bool {
	switch e := e.(type) {
	case query.Const:
		return bool(e)
	case query.Not:
		return !holds(e.Expr, label)
	case query.Or:
		return slices.ContainsFunc(e, func(part query.Expr) bool { return holds(part, label) })
	case query.Match:
		return slices.ContainsFunc(label, func(t query.Token) bool { return query.Satisfies(e.Test, t) })
	}
	panic(fmt.Sprintf("an expression of another sort: %T", e))
}

func TestDecide_Refusals(t *testing.T) {
	want := map[string]access.Refusal{
		"lapsed agreement": access.EmergencyAvailable, "lapsed training": access.EmergencyAvailable,
		"never listed": access.Forbidden, "never listed, broke": access.Forbidden, "lapsed adviser": access.Forbidden, "attorney of nobody": access.Forbidden,
		"researcher": access.Forbidden, "nobody": access.Forbidden, "clinician of no place": access.Forbidden, "A's who left": access.Forbidden, "A's without agreement": access.Forbidden,
		"lapsed officer": access.Forbidden, "officer of no place": access.Forbidden, "patient of no record": access.Forbidden, "lapsed, broke nobody's": access.EmergencyAvailable,
	}
	for who, caller := range callers {
		if got := access.Decide(caller).Refusal; got != want[who] {
			t.Errorf("%s: refusal = %v, want %v", who, got, want[who])
		}
	}
	if d := access.Decide(callers["lapsed, broke"]); d.Absent != access.EmergencyAvailable {
		t.Errorf("lapsed, broke: what is not there answers %v, want the same 403 as before the glass was broken", d.Absent)
	}
}

func TestDecide_Withholds(t *testing.T) {
	for _, row := range []struct {
		who    string
		record access.Record
		want   string
	}{
		{"author clinician", restricted, "key-safe"},
		{"author clinician", ordinary, "key-safe"},
		{"crew in contact", restricted, "key-safe whereabouts"},
		{"crew in contact", ordinary, "key-safe"},
		{"broke the glass", restricted, "key-safe whereabouts"},
		{"lapsed, broke", restricted, "key-safe"}, // of the organisation that wrote it
		{"partner", restricted, "key-safe"},
		{"patient", restricted, "key-safe third-party safeguarding serious-harm"},
		{"attorney", ordinary, "key-safe third-party safeguarding serious-harm"},
	} {
		d := access.Decide(callers[row.who])
		var names []string
		for _, rule := range d.Withheld(row.record.Of()) {
			names = append(names, rule.Name)
			if !slices.ContainsFunc(d.MostWithheld(), func(most access.Rule) bool { return most.Name == rule.Name }) {
				t.Errorf("%s: %s is withheld, and is not among the most that may be", row.who, rule.Name)
			}
		}
		if got := strings.Join(names, " "); got != row.want {
			t.Errorf("%s: withheld = %q, want %q", row.who, got, row.want)
		}
	}
}

func TestRelabelling(t *testing.T) {
	n, r, v := access.SecurityLabel{System: access.ConfidentialitySystem, Code: "N"}, access.SecurityLabel{System: access.ConfidentialitySystem, Code: "R"},
		access.SecurityLabel{System: access.ConfidentialitySystem, Code: "V"}
	fact := access.SecurityLabel{System: access.LabelSystem, Code: access.LabelFact}
	third := access.SecurityLabel{System: access.LabelSystem, Code: access.LabelThirdParty}
	other := access.SecurityLabel{System: "http://example.org", Code: "x"}
	for _, row := range []struct {
		name          string
		before, after []access.SecurityLabel
		allowed       bool
	}{
		{"nothing", []access.SecurityLabel{}, []access.SecurityLabel{}, true},
		{"raised", []access.SecurityLabel{n}, []access.SecurityLabel{r}, true},
		{"raised from none", nil, []access.SecurityLabel{v}, true},
		{"kept", []access.SecurityLabel{r}, []access.SecurityLabel{r}, true},
		{"lowered", []access.SecurityLabel{v}, []access.SecurityLabel{r}, false},
		{"taken away", []access.SecurityLabel{r}, []access.SecurityLabel{}, false},
		{"lowered from none", []access.SecurityLabel{}, []access.SecurityLabel{{System: access.ConfidentialitySystem, Code: "L"}}, false},
		{"lowered beside a higher one", []access.SecurityLabel{r, v}, []access.SecurityLabel{v}, true},
		{"a label of ours added", []access.SecurityLabel{}, []access.SecurityLabel{third}, true},
		{"a label of ours kept", []access.SecurityLabel{third}, []access.SecurityLabel{third, r}, true},
		{"a label of ours taken away", []access.SecurityLabel{third}, []access.SecurityLabel{r}, false},
		{"somebody else's label taken away", []access.SecurityLabel{other}, []access.SecurityLabel{}, true},
		{"a fact written", nil, []access.SecurityLabel{fact}, false},
		{"a fact changed", []access.SecurityLabel{fact}, []access.SecurityLabel{fact}, false},
		{"a fact made none", []access.SecurityLabel{fact}, []access.SecurityLabel{}, false},
		{"a fact deleted", []access.SecurityLabel{fact}, nil, false},
		{"a restricted resource deleted", []access.SecurityLabel{r}, nil, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			clinical, administrator := callers["author clinician"], callers["administrator"]
			if err := access.Relabelling(&clinical, row.before, row.after); (err == nil) != row.allowed {
				t.Errorf("Relabelling() = %v, want allowed %v", err, row.allowed)
			}
			if err := access.Relabelling(&administrator, row.before, row.after); err != nil {
				t.Errorf("Relabelling() by the administrator = %v", err)
			}
		})
	}
}

func TestAgreement(t *testing.T) {
	a := access.Agreement{Organisation: "A", From: now.AddDate(-1, 0, 0), Until: now.AddDate(0, 0, 40),
		Roles: []access.Role{access.Clinical}, Purposes: []access.Purpose{access.Care}}
	for _, row := range []struct {
		name     string
		at       time.Time
		role     access.Role
		standing access.Standing
		notice   int
	}{
		{"before it begins", a.From.Add(-time.Second), access.Clinical, access.Never, 0},
		{"as it begins", a.From, access.Clinical, access.InForce, 0},
		{"another role", now, access.CareHome, access.Never, 0},
		{"40 days left", now, access.Clinical, access.InForce, 0},
		{"30 days left", a.Until.AddDate(0, 0, -30), access.Clinical, access.InForce, 30},
		{"8 days left", a.Until.AddDate(0, 0, -8), access.Clinical, access.InForce, 30},
		{"7 days left", a.Until.AddDate(0, 0, -7), access.Clinical, access.InForce, 7},
		{"an hour left", a.Until.Add(-time.Hour), access.Clinical, access.InForce, 1},
		{"over", a.Until, access.Clinical, access.Lapsed, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := a.Standing(row.role, access.Care, row.at); got != row.standing {
				t.Errorf("Standing() = %v, want %v", got, row.standing)
			}
			if got := a.Notice(row.at); got != row.notice {
				t.Errorf("Notice() = %d, want %d", got, row.notice)
			}
		})
	}
	if got := a.Standing(access.Clinical, access.UrgentCare, now); got != access.Never {
		t.Errorf("Standing() for another purpose = %v, want never", got)
	}
	endless := a
	endless.Until = time.Time{}
	if got, notice := endless.Standing(access.Clinical, access.Care, now), endless.Notice(now); got != access.InForce || notice != 0 {
		t.Errorf("one without an end: %v, notice of %d days, want in force, none", got, notice)
	}
	a.Ended = true
	if got, notice := a.Standing(access.Clinical, access.Care, now), a.Notice(a.Until.Add(-time.Hour)); got != access.Lapsed || notice != 0 {
		t.Errorf("one ended early: %v, notice of %d days, want lapsed, none", got, notice)
	}
}

// Who may give an organisation another staff list; nobody who is not here.
func TestMayKeepStaff(t *testing.T) {
	keeps := map[string]string{"administrator": "A X", "administrator of A": "A", "lapsed A's": "A"}
	for who, caller := range callers {
		for _, organisation := range []string{"A", "X", ""} {
			want := organisation != "" && strings.Contains(keeps[who], organisation) || who == "administrator"
			if err := caller.MayKeepStaff(organisation); (err == nil) != want || err != nil && fhir.CodeOf(err) != fhir.CodeForbidden {
				t.Errorf("%s, list of %q: %v, want %v", who, organisation, err, want)
			}
		}
		if caller.RaisesAlone() != (who == "administrator") {
			t.Errorf("%s raises alone: %v", who, caller.RaisesAlone())
		}
		fact := []access.SecurityLabel{{System: access.LabelSystem, Code: access.LabelFact}}
		if err := access.Relabelling(&caller, nil, fact); (err == nil) != (who == "administrator") {
			t.Errorf("%s writes facts: %v", who, err)
		}
	}
}
