package validation

// VitalSigns are the profiles that R4 asks every vital sign to conform to, by the code of the Observation and
// whether or not it names them (https://hl7.org/fhir/R4/observation-vitalsigns.html). HL7's validator does so
// with these codes of LOINC, and those of SNOMED CT that mean the same.
func VitalSigns() []Call {
	calls := make([]Call, len(vitalSigns))
	for i, sign := range vitalSigns {
		calls[i] = Call{"Observation", "code.coding.where((system = 'http://loinc.org' and code in (" + sign.loinc + ")) or " +
			"(system = 'http://snomed.info/sct' and code in (" + sign.snomed + "))).exists()", structureURL + sign.profile}
	}
	return calls
}

// vitalSigns is the table of that page.
var vitalSigns = []struct{ profile, loinc, snomed string }{
	{"vitalspanel", "'85353-1'", "{}"},
	{"resprate", "'9279-1'", "'86290005'"},
	{"heartrate", "'8867-4'", "'364075005'"},
	{"oxygensat", "'59408-5'", "'103228002'"},
	{"bodytemp", "'8310-5'", "'386725007' | '276885007'"},
	{"bodyheight", "'8302-2'", "'50373000'"},
	{"headcircum", "'9843-4'", "'363812007'"},
	{"bodyweight", "'29463-7'", "'27113001'"},
	{"bmi", "'39156-5'", "'60621009'"},
	{"bp", "'85354-9'", "'75367002'"},
}
