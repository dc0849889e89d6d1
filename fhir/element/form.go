package element

import (
	"hearken/fhir"
	"hearken/fhir/xhtml"
)

// form is how the values of a primitive type are written
// (https://hl7.org/fhir/R4/datatypes.html#primitive). The types and their forms are the grammar of
// FHIR itself, so they are code: a checker each, by hand, because the published regular expressions
// cost more than all the rest of reading and do not know how long February is.
type form uint8

const (
	formString form = iota
	formXHTML
	formURI
	formCode
	formID
	formOID
	formUUID
	formBase64
	formDate
	formDateTime
	formInstant
	formTime
	formBoolean
	formDecimal
	formInteger
	formUnsignedInt
	formPositiveInt
)

// formOf gives the form of a primitive type. A type that is not of the base specification
// is read as a string.
func formOf(typeName string) form {
	switch typeName {
	case "code":
		return formCode
	case "uri", "url", "canonical":
		return formURI
	case "id":
		return formID
	case "boolean":
		return formBoolean
	case "decimal":
		return formDecimal
	case "integer":
		return formInteger
	case "positiveInt":
		return formPositiveInt
	case "unsignedInt":
		return formUnsignedInt
	case "date":
		return formDate
	case "dateTime":
		return formDateTime
	case "instant":
		return formInstant
	case "time":
		return formTime
	case "xhtml":
		return formXHTML
	case "base64Binary":
		return formBase64
	case "oid":
		return formOID
	case "uuid":
		return formUUID
	}
	return formString
}

// isString reports whether JSON writes the form in quotes.
func (f form) isString() bool { return f < formBoolean }

// isNumber reports whether JSON writes the form as a number.
func (f form) isNumber() bool { return f > formBoolean }

// kind says in words how JSON writes the form.
func (f form) kind() string {
	switch {
	case f.isString():
		return "a string"
	case f.isNumber():
		return "a number"
	}
	return "true or false"
}

// maxStringBytes is the most a string may hold (https://hl7.org/fhir/R4/datatypes.html#string).
const maxStringBytes = 1 << 20

// holds reports whether text, which is not empty, is a value of the form. Strings of FHIR have no
// control characters but tab, carriage return and line feed.
func (f form) holds(text []byte) bool {
	switch f {
	case formString:
		return len(text) <= maxStringBytes && !hasControl(text)
	case formXHTML:
		return xhtml.WellFormed(text)
	case formURI:
		return isURI(text)
	case formCode:
		return isCode(text)
	case formID:
		return fhir.ID(view(text)).Valid()
	case formOID:
		return isOID(text)
	case formUUID:
		return isUUID(text)
	case formBase64:
		return isBase64(text)
	case formDate:
		return isDate(text)
	case formDateTime:
		return isDateTime(text)
	case formInstant:
		return isInstant(text)
	case formTime:
		return isTime(text)
	case formBoolean:
		return string(text) == "true" || string(text) == "false"
	case formDecimal:
		return isDecimal(text)
	}
	return f.holdsInteger(text)
}

// whyString says which rule of strings was broken, for a text that is not one.
func whyString(text []byte) (detail string) {
	if len(text) > maxStringBytes {
		return DetailStringTooLong
	}
	return DetailControlCharacter
}

// ValidPrimitive reports whether text is a value of the named primitive type, as it would stand
// between the quotes (or without them) of JSON: ValidPrimitive("date", "2024-02-30") is false.
// The empty string is a value of no type.
func ValidPrimitive(typeName, text string) bool {
	f, b := formOf(typeName), []byte(text)
	return len(b) > 0 && f.holds(b)
}
