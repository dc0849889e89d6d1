package fhirtest

import (
	"fmt"
	"strconv"
	"time"
)

// firstPlan is the earliest date of a plan; the latest is three years later.
// Dates are fixed, and not counted from today, so that a seed is a seed.
var firstPlan = time.Date(2023, time.November, 1, 7, 0, 0, 0, time.UTC)

// dates sets when the plan was made, when it is to be reviewed and, by the
// story, how old the person is.
func (p *plan) dates() {
	p.date = firstPlan.AddDate(0, 0, p.rand.IntN(3*365)).Add(time.Duration(p.rand.IntN(12*60)) * time.Minute)
	p.set("date", p.date.Format(time.DateOnly))
	p.set("dateTime", p.date.Format("2006-01-02T15:04:05")+britishOffset(p.date))
	p.set("review", p.date.AddDate(0, 3+3*p.rand.IntN(4), 0).Format(time.DateOnly))
	p.age = p.story.minAge + p.rand.IntN(p.story.maxAge-p.story.minAge+1)
	born := p.date.AddDate(-p.age, 0, -p.rand.IntN(365))
	p.set("born", born.Format(time.DateOnly))
	onset := p.date.AddDate(0, 0, -p.rand.IntN(min(10, p.age)*365+1))
	p.set("onset", onset.Format([]string{"2006", "2006-01", time.DateOnly}[p.rand.IntN(3)]))
	p.voice = p.age >= 18 && !p.story.spokenFor
}

// britishOffset returns how far British time of date is from UTC: in summer an
// hour. Summer is April to September here; the days near the changes are left
// to the winter, for no instant depends on them.
func britishOffset(date time.Time) string {
	if m := date.Month(); m >= time.April && m <= time.September {
		return "+01:00"
	}
	return "+00:00"
}

// person sets who the plan is about.
func (p *plan) person() {
	gender := p.story.gender
	if gender == "" {
		gender = pick(p.rand, []string{"female", "male"})
	}
	given := femaleNames
	if gender == "male" {
		given = maleNames
	}
	p.family = pick(p.rand, familyNames)
	p.set("gender", gender)
	p.set("family", p.family)
	p.set("given", pick(p.rand, given))
	p.set("middle", pick(p.rand, given))
	p.set("ethnic", pick(p.rand, ethnicCategories))
	p.set("language", pick(p.rand, languages))
	p.set("house", strconv.Itoa(1+p.rand.IntN(180)))
	p.set("street", pick(p.rand, streets))
	p.set("phone", p.phone("01632 960"))
}

// directory sets the practice, the team and the clinicians: 400 practices in
// 12 towns with 3 doctors each, 36 teams with 8 nurses each. What they are
// called follows from their numbers alone, whatever the seed.
func (p *plan) directory() {
	practice := p.rand.IntN(400)
	town := practice % len(towns)
	p.set("gpODS", "Y92"+padded(practice, 3))
	p.set("gpName", practiceNames[practice%len(practiceNames)]+" Surgery "+strconv.Itoa(practice)+", "+towns[town])
	p.set("gpTown", towns[town])
	p.set("town", towns[town])
	p.set("gpPhone", "01632 960"+padded(practice, 3))
	p.set("gpPostcode", postcode(town, practice))
	p.set("postcode", postcode(town, p.rand.IntN(8000)))
	doctor := practice*3 + p.rand.IntN(3)
	p.set("gpGMC", "991"+padded(doctor, 4))
	p.set("gpFamily", familyNames[doctor*7%len(familyNames)])
	p.set("gpGiven", femaleNames[doctor*11%len(femaleNames)])
	kind := p.rand.IntN(len(teams))
	team := town*len(teams) + kind
	p.set("teamODS", "Y93"+padded(team, 3))
	p.set("teamName", towns[town]+" "+teams[kind].name)
	p.set("teamKind", teams[kind].kind)
	nurse := team*8 + p.rand.IntN(8)
	p.set("nurseNMC", "99Z"+padded(nurse+1000, 4)+"E")
	p.set("nurseRole", "9930000"+padded(nurse, 4))
	p.set("nurseFamily", familyNames[nurse*5%len(familyNames)])
	p.set("nurseGiven", maleNames[nurse*3%len(maleNames)])
	p.set("nursePhone", "07700 900"+padded(nurse, 3))
}

// kin sets the next of kin and who speaks for the person.
func (p *plan) kin() {
	kin := pick(p.rand, kinOfAdults)
	if p.age < 18 {
		kin = pick(p.rand, kinOfChildren)
	}
	family := pick(p.rand, familyNames)
	if kin.family {
		family = p.family
	}
	p.set("kin", kin.code)
	p.set("kinText", kin.text)
	p.set("kinFamily", family)
	p.set("kinGiven", pick(p.rand, pick(p.rand, [][]string{femaleNames, maleNames})))
	p.set("kinPhone", p.phone("07700 900"))
	p.set("witnessFamily", pick(p.rand, familyNames))
	p.set("witnessGiven", pick(p.rand, femaleNames))
	voice := "07" // the Patient's entry
	if !p.voice {
		voice = "08" // the RelatedPerson's
	}
	p.set("voice", p.values[planFields["u"]]+voice)
}

// decisions sets what was decided about CPR, hospital, places and sharing; the
// CPR Observation, Flag and activity of one plan never disagree.
func (p *plan) decisions() {
	p.noCPR = !p.chance(p.story.cpr)
	cpr := [4]string{"450475007", "For attempted cardiopulmonary resuscitation", "For attempted CPR.", "Talked over; CPR is wanted and may help."}
	if p.noCPR {
		cpr = [4]string{"450476008", "Not for attempted cardiopulmonary resuscitation", "Do not attempt CPR. Give all other treatment.", "CPR would very likely fail. About CPR only: all other treatment goes on."}
	}
	p.set("cpr", cpr[0])
	p.set("cprDisplay", cpr[1])
	p.set("cprText", cpr[2])
	p.set("cprNote", cpr[3])
	p.set("noCPR", strconv.FormatBool(p.noCPR))
	noHospital := p.story.lastMonths && p.chance(60)
	hospital := "For hospital when treatment there may help."
	if noHospital {
		hospital = "Not for hospital unless comfort cannot be kept where they are."
	}
	p.set("noHospital", strconv.FormatBool(noHospital))
	p.set("hospital", hospital)
	where := pick(p.rand, places)
	p.set("place", where.code)
	p.set("placeText", where.text)
	p.set("careText", where.care)
	sharing := [3]string{"882921000000109", "OPTIN", "permit"}
	if p.chance(4) {
		sharing = [3]string{"882941000000102", "OPTOUT", "deny"}
	}
	p.set("sharing", sharing[0])
	p.set("sharingRule", sharing[1])
	p.set("sharingType", sharing[2])
	p.set("circumstances", pick(p.rand, []string{"In the last weeks of life", "If I no longer know my family", "In all circumstances"}))
}

// illness sets what belongs to the story, and the like.
func (p *plan) illness() {
	s := p.story
	p.set("condition", s.code)
	p.set("conditionText", s.text)
	p.set("category", s.category.code)
	p.set("categoryText", s.category.display)
	p.set("crisis", s.crisis)
	p.set("response", s.response)
	p.set("headline", s.crisis+": "+s.response)
	p.set("alert", s.alert)
	p.set("wish", s.wish)
	p.set("second", s.second[0])
	p.set("secondText", s.second[1])
	allergy := pick(p.rand, allergies)
	p.set("allergyKind", allergy.kind)
	p.set("allergen", allergy.substance)
	p.set("reaction", allergy.reaction)
	p.set("criticality", allergy.criticality)
	p.set("prognosis", pick(p.rand, prognoses))
	p.set("akps", strconv.Itoa(20+10*p.rand.IntN(5)))
	p.set("morphine", pick(p.rand, []string{"1.0", "2.5", "2.50", "5"}))
	p.set("box", pick(p.rand, boxes))
	p.set("note", pick(p.rand, notes))
}

// phone returns a number of one of the ranges that are kept for drama.
func (p *plan) phone(prefix string) string { return prefix + padded(p.rand.IntN(1000), 3) }

// postcode returns the n-th postcode of a town, in an area that does not exist.
func postcode(town, n int) string {
	const letters = "ABDEFGHJLNPQRSTUWXYZ"
	return fmt.Sprintf("SX%d %d%c%c", 10+town, n/400%10, letters[n/20%20], letters[n%20])
}

// padded returns n in decimal with leading zeros to width.
func padded(n, width int) string {
	s := strconv.Itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}
