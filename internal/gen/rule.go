package gen

// rules are the value sets that no list can hold, with the rule that checks a code instead: see
// definition.CodeList.
var rules = map[string]string{
	valueSetURL + "all-languages":             "bcp47",
	valueSetURL + "mimetypes":                 "bcp13",
	"http://www.rfc-editor.org/bcp/bcp13.txt": "bcp13",
	valueSetURL + "ucum-units":                "ucum",
	valueSetURL + "all-time-units":            "ucum-time",
	valueSetURL + "all-distance-units":        "ucum-length",
	valueSetURL + "timezones":                 "iana-tz",
}

// alwaysListed are value sets that are listed though no base element requires them.
var alwaysListed = []string{valueSetURL + "languages", valueSetURL + "timezones"}

// NotExpanded are the required value sets that have neither list nor rule, with the reason.
var NotExpanded = map[string]string{
	"http://loinc.org/vs/LL379-9": "a LOINC answer list, not published with FHIR R4 (MolecularSequence.structureVariant.variantType)",
}

// currencySystem is the code system of ISO 4217, which FHIR refers to and does not publish.
const currencySystem = "urn:iso:std:iso:4217"

// currencies are the alphabetic codes of ISO 4217: those in force, funds and metals included, and
// those withdrawn since FHIR began (2011), because a record keeps the currency it was written in.
const currencies = `
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN
BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP
GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF
KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR
MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU
UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA
XXX YER ZAR ZMW ZWG
BYR CUC HRK LTL LVL MRO SLL STD USS VEF XFU ZMK ZWL`
