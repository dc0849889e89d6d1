package validation_test

import "testing"

func TestValidate_URI(t *testing.T) {
	identified := func(system string) string { return patient(`"identifier":[{"system":"` + system + `","value":"1"}]`) }
	const fault = "error value uri-form Patient.identifier[0].system"
	const remark = "warning value uri-form Patient.identifier[0].system" // the published examples have some
	testRules(t, []rule{
		{"an OID", identified("urn:oid:1.2.36.146.595.217.0.1"), ""},
		{"a UUID", identified(urn + "0"), ""},
		{"a UUID with a fragment", identified(urn + "0#a"), ""},
		{"another urn", identified("urn:ietf:rfc:3986"), ""},
		{"no OID", identified("urn:oid:a"), remark},
		{"an OID with a leading zero", identified("urn:oid:1.02"), remark},
		{"no UUID", identified("urn:uuid:1"), remark},
		{"a UUID in upper case", identified("urn:uuid:0C3151BD-1CBF-4D64-B04D-CD9187A4C6E0"), remark},
		{"an OID without urn", identified("oid:1.2.3"), fault},
		{"a UUID without urn", identified("uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"), fault},
		{"a canonical", patient(`"meta":{"profile":["urn:uuid:1|2"]}`), "warning value uri-form Patient.meta.profile[0]"},
		{"one with an extension", patient(`"identifier":[{"system":"urn:uuid:1","_system":{"extension":[{"url":"http://a","valueCode":"b"}]}}]`), remark},
	})
}

func TestValidate_Attachment(t *testing.T) {
	photo := func(members string) string {
		return patient(`"photo":[{"contentType":"text/plain","data":"YWJj",` + members + `}]`)
	}
	testRules(t, []rule{
		{"size and hash", photo(`"size":3,"hash":"qZk+NkcGgWq6PiVxeFDCbJzQ2J0="`), ""},
		{"another size", photo(`"size":4`), "error invalid attachment Patient.photo[0].size"},
		{"another hash", photo(`"hash":"qZk+NkcGgWq6PiVxeFDCbJzQ2A0="`), "warning invalid attachment Patient.photo[0].hash"},
		{"data elsewhere", patient(`"photo":[{"contentType":"text/plain","url":"http://a.example/b","size":4}]`), ""},
	})
}
