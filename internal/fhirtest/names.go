package fhirtest

// Names are drawn apart, so that family and given names mix. Accents, letters
// that fold in search, an apostrophe, particles and a one-letter name are there
// on purpose.
var (
	familyNames = []string{
		"Ashdown", "Baptiste", "Bello", "Błaszczyk", "Çelik", "Chaudhuri", "Conneely", "Da Costa", "D'Souza", "Dvořák",
		"Eze", "Fairweather", "Fernández", "Ferreira-Lopes", "Gill", "Goldstein", "Gündoğan", "Hallström", "Hartnell", "Hussain",
		"Ibáñez", "Ibrahim", "Jankauskaitė", "Jenkyn", "Kaur", "Kimathi", "Kovács", "Lacey", "Le Brun", "Lim",
		"MacAskill", "Mbatha", "McGlinchey", "Mensah", "Müller", "Nakamura", "Ní Dhónaill", "Nguyễn", "Nowak", "O",
		"O'Rourke", "Ó Súilleabháin", "Okafor", "Öztürk", "Patel", "Penhaligon", "Pettigrew", "Popescu", "Pryce-Jones", "Quaye",
		"Ramachandran", "Rosenthal", "Sørensen", "Sato", "Shah", "Ștefănescu", "Tennant", "Thistlethwaite", "Uzun", "van der Merwe",
		"Vaughan", "Wang", "Wójcik", "Xu", "Yilmaz", "Zawadzki", "Żak", "Zwane",
	}
	femaleNames = []string{
		"Abigail", "Agnieszka", "Aoife", "Beryl", "Brígid", "Chantelle", "Chloë", "Constance", "Daphne", "Dorota",
		"Eilidh", "Élise", "Fatima", "Françoise", "Ghazala", "Gwenllian", "Hannah", "Ifeoma", "Iris", "Jadwiga",
		"Jean", "Kavita", "Lakshmi", "Maeve", "Margaret", "María José", "Mei", "Muriel", "Nasreen", "Noémie",
		"Olive", "Patience", "Renée", "Rosa", "Ruby", "Sadia", "Siân", "Sinéad", "Theresa", "Zoë",
	}
	maleNames = []string{
		"Ahmed", "Albert", "Andrzej", "Aurélien", "Arthur", "Björn", "Cedric", "Cillian", "Connor", "Dafydd",
		"Desmond", "Emeka", "Ernest", "Femi", "Frank", "Gurpreet", "Hamza", "Harold", "Hywel", "Imran",
		"Iwan", "János", "Jerzy", "José", "Kenneth", "Kwame", "Leonard", "Łukasz", "Mohammed", "Norman",
		"Oluwaseun", "Pádraig", "Rajesh", "René", "Reginald", "Séamus", "Stanley", "Tariq", "Wei", "Winston",
	}
	streets = []string{
		"Alder Grove", "Bakehouse Lane", "Brickfield Road", "Chantry Close", "Coopers Yard", "Drovers Way", "Elm Terrace", "Ferry Road",
		"Gasholder Street", "Half Moon Lane", "Ironmonger Row", "Jubilee Crescent", "Kiln Bank", "Lavender Hill Road", "Maltings Court", "Nightingale Walk",
		"Old Tannery Road", "Paddock Rise", "Quarry View", "Ropewalk", "St Cuthbert's Road", "Tollgate Street", "Union Place", "Vicarage Lane",
	}
	towns = []string{
		"Sampleton", "Exampleby", "Mockford", "Testwick", "Little Placeholder", "Fixture-on-Sea", "Dummerham", "Specimen Green",
		"Much Invented", "Trialstead", "Madeupley", "Notional Heath",
	}
	practiceNames = []string{
		"Abbey", "Beacon", "Bridge Street", "Castle", "Cedar", "Crossways", "Dell", "Elmfield", "Forge", "Grange",
		"Harbour", "High Street", "Kings Road", "Lakeside", "Manor", "Meadow", "Oaktree", "Park", "Priory", "Riverside",
	}
	teams = []struct{ name, kind string }{
		{"Hospice", "Hospice"}, {"Community Nursing", "Community nursing"}, {"Hospital Palliative Care", "Hospital team"},
	}
	ethnicCategories = []string{"A", "A", "A", "A", "A", "A", "B", "C", "D", "G", "H", "J", "K", "L", "M", "N", "P", "R", "S", "Z"}
	languages        = []string{"en", "en", "en", "en", "en", "en", "en", "en", "en", "en", "cy", "pl", "pa", "ur", "bn", "ro", "so", "pt"}
)

// kinship is how the next of kin is related: a code of v3-RoleCode and words.
type kinship struct {
	code, text string
	family     bool // has the person's family name
}

var (
	kinOfAdults = []kinship{
		{"SPS", "Husband or wife, main carer", true}, {"DOMPART", "Partner", false}, {"DAUC", "Daughter", false},
		{"SONC", "Son", true}, {"SIS", "Sister", false}, {"BRO", "Brother", true}, {"FRND", "Friend, holds a key", false},
		{"NBOR", "Neighbour", false}, {"NIECE", "Niece", false},
	}
	kinOfChildren = []kinship{{"MTH", "Mother, holds parental responsibility", false}, {"FTH", "Father, holds parental responsibility", true}}
)
