package fhirtest

// story is an illness with what a plan for it says. Each story holds together:
// medicines, alert, crisis and response belong to the illness.
type story struct {
	code, text       string // SNOMED CT, and the words
	minAge, maxAge   int    // at the date of the plan, in years
	gender           string // where only one will do
	category         planCategory
	cpr              int  // of 100 plans, how many say: for attempted CPR
	lastMonths       bool // prognosis, function and anticipatory medicines
	spokenFor        bool // the next of kin speaks: a child, or no capacity for the plan
	crisis, response string
	alert            string
	wish             string
	medicines        [][2]string // name and dose
	second           [2]string   // another condition: SNOMED CT, and the words
}

// planCategory is CarePlan.category: SNOMED CT code and display.
type planCategory struct{ code, display string }

var (
	endOfLife  = planCategory{"736373009", "End of life care plan"}
	advance    = planCategory{"736366004", "Advance care plan"}
	escalation = planCategory{"735324008", "Treatment escalation plan"}
)

var stories = []story{
	{
		code: "254637007", text: "Non-small cell lung cancer with metastases",
		minAge: 42, maxAge: 92,
		category: endOfLife, cpr: 5, lastMonths: true,
		crisis: "Breathlessness or pain at home", response: "Give the medicines in the house, then ring the team.",
		alert:     "Risk of cord compression: new leg weakness is an emergency.",
		wish:      "To be at home with my family round me.",
		medicines: [][2]string{{"Morphine sulfate 10 mg modified-release tablets", "10 mg twice a day"}, {"Dexamethasone 2 mg tablets", "4 mg each morning"}},
		second:    [2]string{"13645005", "Chronic obstructive pulmonary disease"},
	},
	{
		code: "363406005", text: "Cancer of the colon with liver metastases",
		minAge: 38, maxAge: 94,
		category: endOfLife, cpr: 5, lastMonths: true,
		crisis: "Vomiting and colic", response: "Stop laxatives, antiemetic from the box, ring the team about a syringe pump.",
		alert:     "May obstruct: no stimulant laxatives.",
		wish:      "No more scans unless they change something.",
		medicines: [][2]string{{"Oxycodone 5 mg modified-release tablets", "5 mg twice a day"}, {"Cyclizine 50 mg tablets", "50 mg three times a day"}},
		second:    [2]string{"44054006", "Type 2 diabetes"},
	},
	{
		code: "254837009", text: "Breast cancer with bone metastases",
		minAge: 34, maxAge: 90, gender: "female",
		category: endOfLife, cpr: 15, lastMonths: true,
		crisis: "Confusion, thirst and constipation", response: "Think of high calcium: blood test the same day; a drip is welcome.",
		alert:     "Bone metastases: move gently, think of fracture.",
		wish:      "To see my granddaughter married in the summer.",
		medicines: [][2]string{{"Paracetamol 500 mg tablets", "1 g four times a day"}, {"Letrozole 2.5 mg tablets", "2.5 mg a day"}},
		second:    [2]string{"84114007", "Heart failure"},
	},
	{
		code: "399068003", text: "Prostate cancer with bone metastases",
		minAge: 55, maxAge: 96, gender: "male",
		category: endOfLife, cpr: 8, lastMonths: true,
		crisis: "Retention of urine", response: "Catheter at home by the community nurses.",
		alert:     "Risk of cord compression: new leg weakness is an emergency.",
		wish:      "To sleep in my own bed and watch the cricket.",
		medicines: [][2]string{{"Morphine sulfate 10 mg/5 ml oral solution", "5 mg when needed for pain"}, {"Naproxen 250 mg tablets", "250 mg twice a day with food"}},
		second:    [2]string{"49436004", "Atrial fibrillation"},
	},
	{
		code: "13645005", text: "Severe chronic obstructive pulmonary disease",
		minAge: 50, maxAge: 93,
		category: escalation, cpr: 25,
		crisis: "Flare-up of breathlessness", response: "Rescue pack, inhaler by spacer, fan; hospital for a mask ventilator if drowsy.",
		alert:     "OXYGEN TARGET 88-92 %. Carries carbon dioxide.",
		wish:      "I would have the mask again, not the tube.",
		medicines: [][2]string{{"Prednisolone 5 mg tablets, rescue pack", "30 mg a day for 5 days"}, {"Salbutamol 100 micrograms inhaler", "Two puffs when needed"}},
		second:    [2]string{"84114007", "Heart failure"},
	},
	{
		code: "84114007", text: "Advanced heart failure",
		minAge: 45, maxAge: 97,
		category: escalation, cpr: 15,
		crisis: "Swelling and breathlessness", response: "Extra diuretic for three days and ring the heart failure nurse.",
		alert:     "Pacemaker in place; no defibrillator.",
		wish:      "Not to lie flat, and not to be on a ward at Christmas.",
		medicines: [][2]string{{"Furosemide 40 mg tablets", "80 mg each morning"}, {"Bisoprolol 2.5 mg tablets", "2.5 mg a day"}},
		second:    [2]string{"49436004", "Atrial fibrillation"},
	},
	{
		code: "26929004", text: "Advanced Alzheimer's disease",
		minAge: 66, maxAge: 103,
		category: advance, cpr: 4, spokenFor: true,
		crisis: "Chest infection", response: "Comfort first; oral antibiotics once if swallowed.",
		alert:     "Does not speak. Grimacing means pain.",
		wish:      "Music, a hand to hold, familiar faces.",
		medicines: [][2]string{{"Paracetamol 250 mg/5 ml oral suspension", "1 g three times a day"}, {"Memantine 10 mg tablets", "10 mg a day"}},
		second:    [2]string{"248279007", "Severe frailty"},
	},
	{
		code: "429998004", text: "Vascular dementia",
		minAge: 64, maxAge: 102,
		category: advance, cpr: 10, spokenFor: true,
		crisis: "A fall", response: "Examine here; hospital for a fracture or a head injury on anticoagulants.",
		alert:     "Frightened by uniforms and raised voices.",
		wish:      "To stay where the staff know him or her.",
		medicines: [][2]string{{"Atorvastatin 20 mg tablets", "20 mg at night"}, {"Senna 7.5 mg tablets", "15 mg at night"}},
		second:    [2]string{"38341003", "High blood pressure"},
	},
	{
		code: "248279007", text: "Severe frailty",
		minAge: 74, maxAge: 106,
		category: advance, cpr: 8,
		crisis: "A fall or a sudden loss of function", response: "Look for what can be mended; virtual ward at home before hospital.",
		alert:     "There is a key safe: ask for it.",
		wish:      "Mend me if you can, at home if you can.",
		medicines: [][2]string{{"Colecalciferol 800 unit capsules", "One a day"}, {"Macrogol oral powder", "One sachet when needed"}},
		second:    [2]string{"64859006", "Osteoporosis"},
	},
	{
		code: "37340000", text: "Motor neurone disease",
		minAge: 32, maxAge: 88,
		category: advance, cpr: 10, lastMonths: true,
		crisis: "Choking or fear of it", response: "Sit up, suction, midazolam from the just-in-case kit, stay.",
		alert:     "Speaks through a tablet; allow time. Fully understands.",
		wish:      "Talk to me, not over me.",
		medicines: [][2]string{{"Riluzole 50 mg tablets", "50 mg twice a day"}, {"Glycopyrronium 1 mg/5 ml oral solution", "1 mg three times a day"}},
		second:    [2]string{"40739000", "Dysphagia"},
	},
	{
		code: "49049000", text: "Advanced Parkinson's disease",
		minAge: 55, maxAge: 96,
		category: advance, cpr: 12,
		crisis: "Cannot swallow tablets", response: "Patch in the kit within four hours. No haloperidol, no metoclopramide.",
		alert:     "NO haloperidol, metoclopramide or prochlorperazine.",
		wish:      "My tablets on time, every time.",
		medicines: [][2]string{{"Co-beneldopa 25 mg/100 mg capsules", "Five times a day, to the minute"}, {"Rotigotine 4 mg/24 h patch", "One patch if tablets cannot be taken"}},
		second:    [2]string{"40739000", "Dysphagia"},
	},
	{
		code: "46177005", text: "End-stage kidney disease without dialysis",
		minAge: 60, maxAge: 99,
		category: endOfLife, cpr: 6, lastMonths: true,
		crisis: "Itching, twitching, nausea", response: "Medicines suited to the kidneys only; ring the renal team.",
		alert:     "NO morphine, codeine or gabapentin: kidneys.",
		wish:      "No machine. The garden, and my own food.",
		medicines: [][2]string{{"Oxycodone 5 mg/5 ml oral solution", "2.5 mg when needed"}, {"Haloperidol 500 microgram capsules", "500 micrograms at night"}},
		second:    [2]string{"38341003", "High blood pressure"},
	},
	{
		code: "127040003", text: "Sickle cell disease",
		minAge: 16, maxAge: 60,
		category: escalation, cpr: 100,
		crisis: "Painful crisis", response: "First dose of strong pain relief within 30 minutes, by the hospital protocol.",
		alert:     "No working spleen: fever is an emergency.",
		wish:      "To be believed, and treated in time.",
		medicines: [][2]string{{"Hydroxycarbamide 500 mg capsules", "1 g a day"}, {"Phenoxymethylpenicillin 250 mg tablets", "250 mg twice a day"}},
		second:    [2]string{"38341003", "High blood pressure"},
	},
	{
		code: "110359009", text: "Learning disability with dysphagia",
		minAge: 18, maxAge: 75,
		category: escalation, cpr: 96, spokenFor: true,
		crisis: "Wet cough or fever", response: "See the same day; aspiration is likely; treat fully.",
		alert:     "Reasonable adjustments: quiet, a known carer, show before doing.",
		wish:      "Show me first. Tell my support worker.",
		medicines: [][2]string{{"Xanthan gum thickener", "Level 2 in every drink"}, {"Levothyroxine 50 microgram tablets", "50 micrograms a day"}},
		second:    [2]string{"84757009", "Epilepsy"},
	},
	{
		code: "84757009", text: "Epilepsy with prolonged seizures",
		minAge: 2, maxAge: 70,
		category: escalation, cpr: 98,
		crisis: "Seizure", response: "Buccal midazolam at 5 minutes, ambulance at 10.",
		alert:     "Rescue medicine is in the blue pouch.",
		wish:      "Not to wake up in hospital after every fit.",
		medicines: [][2]string{{"Levetiracetam 500 mg tablets", "500 mg twice a day"}, {"Midazolam oromucosal solution", "Dose by age at 5 minutes"}},
		second:    [2]string{"110359009", "Learning disability"},
	},
	{
		code: "128188000", text: "Severe cerebral palsy, life-limiting",
		minAge: 1, maxAge: 17,
		category: advance, cpr: 55, spokenFor: true,
		crisis: "Chest infection", response: "Antibiotics, suction, open access to the children's ward.",
		alert:     "Child. Own ventilator and gastrostomy; parents are the experts.",
		wish:      "Home together, with the sensory lights on.",
		medicines: [][2]string{{"Baclofen 5 mg/5 ml oral solution", "Dose by weight three times a day"}, {"Omeprazole oral suspension", "Dose by weight each morning"}},
		second:    [2]string{"84757009", "Epilepsy"},
	},
}

// place is a preferred place of death and the place of care that goes with it.
type place struct{ code, text, care string }

var places = []place{
	{"110481000000108", "Home", "Own home"}, {"110481000000108", "Home", "Own home with a larger care package"},
	{"108401000000102", "Hospice", "Home until it is too hard, then the hospice"}, {"819211000000102", "Usual place of residence", "Where he or she lives now"},
	{"109401000000108", "Hospital", "Hospital, on the ward that knows me"}, {"517161000000101", "Undecided", "Not decided; ask again"},
	{"517131000000106", "Discussion not appropriate", "Home"}, {"766391000000108", "Declined to discuss", "Not discussed"},
}

var (
	allergies = []struct{ kind, substance, reaction, criticality string }{
		{"medication", "Penicillin", "Anaphylaxis", "high"}, {"medication", "Trimethoprim", "Rash", "low"}, {"food", "Peanuts", "Swelling of the face", "high"},
		{"environment", "Latex", "Weals", "low"}, {"medication", "Codeine", "Confusion", "low"}, {"medication", "Ibuprofen", "Wheeze", "high"},
	}
	prognoses = []string{"511401000000102", "955231000000109", "968211000000101", "767503006"}
	boxes     = []string{"Blue box in the kitchen.", "Top of the wardrobe.", "Controlled drug cupboard, first floor.", "Locked tin, code with the nurses."}
	notes     = []string{"Made together over two visits.", "The family know and agree with what is written.", "Interpreter used throughout.", "Copy given to the family on paper.", "To be gone over again after the next clinic."}
)
