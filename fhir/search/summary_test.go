package search_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/search"
)

const carePlan = `{
  "resourceType": "CarePlan", "id": "c", "meta": {"versionId": "2", "tag": [{"code": "t"}], "extension": [{"url": "http://x", "valueBoolean": true}]},
  "text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">plan</div>"},
  "contained": [{"resourceType": "Patient", "id": "p"}],
  "extension": [{"url": "http://x", "valueDecimal": 1.00}],
  "identifier": [{"value": "1", "assigner": {"display": "x"}}],
  "status": "active", "_status": {"extension": [{"url": "http://x", "valueBoolean": true}]},
  "intent": "plan", "title": "A plan", "description": "Words", "subject": {"reference": "#p"},
  "activity": [{"detail": {"status": "scheduled", "description": "Walk"}}],
  "note": [{"text": "private"}]}`

const tag = `{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}`

func TestSubset(t *testing.T) {
	patient := `{"resourceType": "Patient", "name": [{"family": "A"}], "photo": [{"contentType": "image/png", "data": "AAAA"}], "active": true,
		"contact": [{"name": {"text": "x"}}], "communication": [{"language": {"text": "fr"}}], "link": [{"other": {"reference": "Patient/2"}, "type": "refer"}]}`
	rows := []struct {
		name, resource string
		request        search.Request
		want           string
	}{
		{"true", carePlan, search.Request{Summary: search.SummaryTrue}, `{"resourceType": "CarePlan", "id": "c",
			"meta": {"versionId": "2", "tag": [{"code": "t"}, ` + tag + `]}, "identifier": [{"value": "1", "assigner": {"display": "x"}}],
			"status": "active", "intent": "plan", "title": "A plan", "description": "Words", "subject": {"reference": "#p"}}`},
		{"true, without meta", patient, search.Request{Summary: search.SummaryTrue}, `{"resourceType": "Patient",
			"meta": {"tag": [` + tag + `]}, "name": [{"family": "A"}], "active": true, "link": [{"other": {"reference": "Patient/2"}, "type": "refer"}]}`},
		{"true, what is mandatory stays, whole", `{"resourceType": "Provenance", "target": [{"reference": "CarePlan/c"}], "recorded": "2024-01-01T00:00:00Z",
			"policy": ["http://p"], "agent": [{"role": [{"text": "author"}], "who": {"display": "x"}}]}`, search.Request{Summary: search.SummaryTrue},
			`{"resourceType": "Provenance", "meta": {"tag": [` + tag + `]}, "target": [{"reference": "CarePlan/c"}], "recorded": "2024-01-01T00:00:00Z",
			"agent": [{"role": [{"text": "author"}], "who": {"display": "x"}}]}`},
		{"text", carePlan, search.Request{Summary: search.SummaryText}, `{"resourceType": "CarePlan", "id": "c",
			"meta": {"versionId": "2", "extension": [{"url": "http://x", "valueBoolean": true}], "tag": [{"code": "t"}, ` + tag + `]},
			"text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">plan</div>"},
			"status": "active", "_status": {"extension": [{"url": "http://x", "valueBoolean": true}]}, "intent": "plan", "subject": {"reference": "#p"}}`},
		{"elements", carePlan, search.Request{Elements: []string{"title", "activity"}}, `{"resourceType": "CarePlan", "id": "c",
			"meta": {"versionId": "2", "extension": [{"url": "http://x", "valueBoolean": true}], "tag": [{"code": "t"}, ` + tag + `]},
			"status": "active", "_status": {"extension": [{"url": "http://x", "valueBoolean": true}]}, "intent": "plan", "title": "A plan",
			"subject": {"reference": "#p"}, "activity": [{"detail": {"status": "scheduled", "description": "Walk"}}]}`},
		{"marked already", `{"resourceType": "Patient", "meta": {"tag": [` + tag + `]}, "gender": "male"}`, search.Request{Elements: []string{"active"}},
			`{"resourceType": "Patient", "meta": {"tag": [` + tag + `]}}`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			root := parseResource(t, row.resource)
			keep, subsetted := search.SummaryFilter(&row.request, root)
			if !subsetted {
				t.Fatal("SummaryFilter keeps everything")
			}
			for _, pretty := range []bool{false, true} {
				got := search.Subset(root, keep, pretty)
				if diff := cmp.Diff(decode(t, row.want), decode(t, string(got))); diff != "" {
					t.Errorf("Subset (-want +got):\n%s", diff)
				}
				if tree, faults := element.Parse(r4.Definitions(), got, element.Limits{}); tree == nil {
					t.Errorf("Subset is no resource: %v", faults)
				}
			}
		})
	}
}

func TestSummaryFilter_Data(t *testing.T) {
	root := parseResource(t, carePlan)
	keep, subsetted := search.SummaryFilter(&search.Request{Summary: search.SummaryData}, root)
	if !subsetted {
		t.Fatal("SummaryFilter(data) keeps everything")
	}
	got, want := decode(t, string(search.Subset(root, keep, false))), decode(t, carePlan)
	delete(want, "text")
	want["meta"].(map[string]any)["tag"] = []any{map[string]any{"code": "t"}, any(decode(t, tag))}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("_summary=data (-want +got):\n%s", diff)
	}
}

func TestSummaryFilter_Everything(t *testing.T) {
	root := parseResource(t, carePlan)
	for name, r := range map[string]search.Request{
		"nothing asked": {}, "false": {Summary: search.SummaryFalse}, "count": {Summary: search.SummaryCount},
	} {
		if keep, subsetted := search.SummaryFilter(&r, root); keep != nil || subsetted {
			t.Errorf("SummaryFilter(%s) leaves something out", name)
		}
	}
}

// _elements is for matches alone, _summary for all.
func TestIncludedFilter(t *testing.T) {
	root := parseResource(t, carePlan)
	if _, subsetted := search.IncludedFilter(&search.Request{Elements: []string{"title"}}, root); subsetted {
		t.Error("IncludedFilter applies _elements")
	}
	if _, subsetted := search.IncludedFilter(&search.Request{Summary: search.SummaryTrue}, root); !subsetted {
		t.Error("IncludedFilter does not apply _summary=true")
	}
}

// The numbers of a resource are kept as they were written.
func TestSubset_KeepsDecimals(t *testing.T) {
	root := parseResource(t, carePlan)
	keep, _ := search.SummaryFilter(&search.Request{Elements: []string{"extension"}}, root)
	var got struct {
		Extension []struct{ ValueDecimal json.Number }
	}
	if err := json.Unmarshal(search.Subset(root, keep, false), &got); err != nil || got.Extension[0].ValueDecimal != "1.00" {
		t.Errorf("Subset wrote the decimal %v, %v, want 1.00", got, err)
	}
}

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return m
}
