package devlogin

import "slices"

// Person is somebody to log in as.
type Person struct {
	Subject      string // sub of their tokens
	Name         string
	Words        string // what they are and what to expect of them
	Role         string // code of access.Role on a staff list; "" for people who are on none
	Organisation string // ODS code, fitting the sample plans
	Untrained    bool
	Patient      string // NHS number: of a patient their own, of an attorney that of whom they act for
	ActsFor      bool   // Patient is somebody else
}

// The subjects of the sample people who keep agreements and staff lists: what lets somebody do more takes both.
const (
	Administrator       = "administrator"
	SecondAdministrator = "second-administrator"
)

// People are the sample people, in the order of the page. Like all in the sample plans they are invented.
func People() []Person {
	return []Person{
		{Subject: "gp", Name: "Dr Amara Lindqvist", Words: "general practitioner, Fernbank Surgery: sees its patients", Role: "clinical", Organisation: "Y90001"},
		{Subject: "paramedic", Name: "Joel Adeyinka", Words: "paramedic, Exampleshire Ambulance Service: sees every plan that is shared with urgent care", Role: "clinical", Organisation: "Y90301"},
		{Subject: "hospice-nurse", Name: "Sr Maeve Tierney", Words: "nurse, Hollowmere Hospice: sees and changes what the hospice wrote", Role: "clinical", Organisation: "Y90101"},
		{Subject: "care-home-nurse", Name: "Irena Kos", Words: "nurse, Larchwood Court Nursing Home: sees its residents", Role: "care-home", Organisation: "Y90401"},
		{Subject: "adviser-111", Name: "Tom Ashdown", Words: "health adviser, Exampleshire Out-of-Hours Service: sees every plan that is shared with urgent care", Role: "urgent-non-clinical", Organisation: "Y90302"},
		{Subject: "privacy-officer", Name: "Helen Marsh", Words: "privacy officer, Hollowmere Hospice: sees how records were used, and no records", Role: "privacy-officer", Organisation: "Y90101"},
		{Subject: "patient", Name: "Mrs Doreen Whitcombe", Words: "patient: sees her own record", Patient: "9990000018"},
		{Subject: "attorney", Name: "Ms Frances Tolland", Words: "attorney of Miss Edith Tolland: sees her aunt's record", Patient: "9990000158", ActsFor: true},
		{Subject: "newcomer", Name: "Sam Okafor", Words: "joined the ambulance service today and is not trained yet: sees no plan", Role: "clinical", Organisation: "Y90301", Untrained: true},
		{Subject: Administrator, Name: "Alex Prior", Words: "administrator: keeps agreements and staff lists, and sees no records"},
		{Subject: SecondAdministrator, Name: "Noor Hadley", Words: "administrator: confirms what another administrator asked for, and sees no records"},
	}
}

func personOf(subject string) (Person, bool) {
	people := People()
	i := slices.IndexFunc(people, func(p Person) bool { return p.Subject == subject })
	if i < 0 {
		return Person{}, false
	}
	return people[i], true
}
