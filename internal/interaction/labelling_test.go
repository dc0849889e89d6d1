package interaction_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/interaction"
	"hearken/internal/store"
	"hearken/testdata/plans"
)

// labelOf is the label of a resource as text: "emergency|p1 org|A self|p1".
func labelOf(t testing.TB, s *interaction.Server, key string) string {
	t.Helper()
	typ, id, _ := strings.Cut(key, "/")
	var label []query.Token
	err := s.Store.View(context.Background(), func(r store.Reader) (err error) {
		label, err = r.Label(fhir.Key{Type: fhir.Type(typ), ID: fhir.ID(id)})
		return err
	})
	if err != nil {
		t.Fatalf("Label(%s) = %v", key, err)
	}
	return labelText(label)
}

func labelText(label []query.Token) string {
	texts := make([]string, len(label))
	for i, token := range label {
		texts[i] = strings.TrimSuffix(token.System+"|"+token.Code, "|")
	}
	slices.Sort(texts)
	return strings.Join(texts, " ")
}

const (
	ods            = `"identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"%s"}]`
	planCategory   = `"category":[{"coding":[{"system":"http://snomed.info/sct","code":"736373009"}]}]`
	sharingConsent = `{"resourceType":"Consent","id":"%s","status":"%s","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope",` +
		`"code":"patient-privacy"}]},"category":[{"coding":[{"system":"http://snomed.info/sct","code":"%s"}]}],"patient":{"reference":"Patient/%s"},` +
		`"dateTime":"%s","policyRule":{"text":"x"},"provision":{"type":"%s"}}`
)

// people puts organisations A, P and H, patients p1 and p2 of practice P, and a plan of A for p1.
func people(t testing.TB, s *interaction.Server) {
	t.Helper()
	for _, code := range []string{"A", "P", "H"} {
		put(t, s, "Organization/"+strings.ToLower(code), `{"resourceType":"Organization","id":"`+strings.ToLower(code)+`","name":"x",`+fmt.Sprintf(ods, code)+`}`)
	}
	put(t, s, "PractitionerRole/gp", `{"resourceType":"PractitionerRole","id":"gp","organization":{"reference":"Organization/p"}}`)
	for _, id := range []string{"p1", "p2"} {
		put(t, s, "Patient/"+id, `{"resourceType":"Patient","id":"`+id+`","generalPractitioner":[{"reference":"PractitionerRole/gp"}]}`)
	}
	put(t, s, "CarePlan/c1", planOf("c1", "active", "p1", "a"))
}

func planOf(id, status, patient, author string) string {
	return `{"resourceType":"CarePlan","id":"` + id + `","status":"` + status + `","intent":"plan",` + planCategory +
		`,"subject":{"reference":"Patient/` + patient + `"},"author":{"reference":"Organization/` + author + `"}}`
}

func observationOf(id string, patients ...string) string {
	return `{"resourceType":"Observation","id":"` + id + `","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/` + patients[0] + `"},"performer":[` +
		strings.Join(each(patients, func(p string) string { return `{"reference":"Patient/` + p + `"}` }), ",") + `]}`
}

func each(list []string, f func(string) string) []string {
	out := make([]string, len(list))
	for i, one := range list {
		out[i] = f(one)
	}
	return out
}

func put(t testing.TB, s *interaction.Server, target, body string) {
	t.Helper()
	if _, err := s.Do(context.Background(), call("PUT", target, body)); err != nil {
		t.Fatalf("PUT %s = %v", target, err)
	}
}

const personal1 = "contact|p1 emergency|p1"

func TestLabelling(t *testing.T) {
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			people(t, s)
			want := func(key, label string) {
				t.Helper()
				if got := labelOf(t, s, key); got != label {
					t.Errorf("label of %s = %s\nwant %s", key, got, label)
				}
			}
			want("Organization/a", "directory")

			gone := `{"resourceType":"Organization","id":"gone",` + fmt.Sprintf(ods, "G") + `}`
			put(t, s, "Organization/gone", gone)
			put(t, s, "CarePlan/c9", planOf("c9", "active", "p9", "gone"))
			want("CarePlan/c9", "contact|p9 emergency|p9 org|G self|p9 urgent")
			mustDo(t, s, 204, "DELETE", "Organization/gone", "")
			put(t, s, "CarePlan/c9", strings.Replace(planOf("c9", "active", "p9", "gone"), `"status"`, `"title":"again","status"`, 1))
			want("CarePlan/c9", "contact|p9 emergency|p9 self|p9 urgent")
			want("Patient/p1", personal1+" org|A org|P self|p1 urgent")
			want("CarePlan/c1", personal1+" org|A org|P self|p1 urgent")
			want("Patient/p2", "contact|p2 emergency|p2 org|P self|p2")

			put(t, s, "Observation/o1", observationOf("o1", "p1"))
			put(t, s, "Observation/o12", observationOf("o12", "p1", "p2"))
			want("Observation/o1", personal1+" org|A org|P self|p1 urgent")
			want("Observation/o12", "org|P")

			put(t, s, "EpisodeOfCare/e1", `{"resourceType":"EpisodeOfCare","id":"e1","status":"active","patient":{"reference":"Patient/p1"},"managingOrganization":{"reference":"Organization/h"}}`)
			want("Observation/o1", personal1+" org|A org|H org|P self|p1 urgent")

			put(t, s, "Consent/s1", fmt.Sprintf(sharingConsent, "s1", "active", "882941000000102", "p1", "2024-01-01", "deny"))
			want("Observation/o1", "emergency|p1 org|A self|p1")
			want("Observation/o12", "")
			want("Consent/s1", "emergency|p1 org|A self|p1")
			put(t, s, "Observation/o2", observationOf("o2", "p1"))
			want("Observation/o2", "emergency|p1 org|A self|p1")

			put(t, s, "Consent/s2", fmt.Sprintf(sharingConsent, "s2", "active", "882921000000109", "p1", "2024-02-01", "permit"))
			want("Observation/o2", personal1+" org|A org|H org|P self|p1 urgent")
			put(t, s, "CarePlan/c1", planOf("c1", "draft", "p1", "a"))
			want("Observation/o1", personal1+" org|A org|H org|P self|p1")
			want("CarePlan/c1", "emergency|p1 org|A org|H org|P self|p1")
			put(t, s, "CarePlan/c1", planOf("c1", "active", "p2", "a"))
			want("Observation/o1", personal1+" org|H org|P self|p1")
			want("Patient/p2", "contact|p2 emergency|p2 org|A org|P self|p2 urgent")

			put(t, s, "Patient/p2", `{"resourceType":"Patient","id":"p2","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},"generalPractitioner":[{"reference":"PractitionerRole/gp"}]}`)
			want("CarePlan/c1", "contact|p2 emergency|p2 org|A restricted self|p2")

			put(t, s, "Observation/o3", observationOf("o3", "p3"))
			want("Observation/o3", "contact|p3 emergency|p3 self|p3")
			put(t, s, "Patient/p3", `{"resourceType":"Patient","id":"p3","managingOrganization":{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"Z"}}}`)
			want("Observation/o3", "contact|p3 emergency|p3 org|Z self|p3")
			put(t, s, "Observation/o4", `{"resourceType":"Observation","id":"o4","meta":{"security":[{"system":"`+access.LabelSystem+`","code":"serious-harm"}]},"extension":[{"url":"https://hearken.example.org/fhir/StructureDefinition/withholding","extension":[{"url":"professional","valueReference":{"reference":"Practitioner/x"}},{"url":"until","valueInstant":"2024-12-31T00:00:00Z"}]}],"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p3"}}`)
			want("Observation/o4", "contact|p3 emergency|p3 later|p3|2024-12-31T00:00:00Z org|Z until|2024-12-31T00:00:00Z")
			put(t, s, "Contract/k", `{"resourceType":"Contract","id":"k"}`)
			want("Contract/k", "admin")

			put(t, s, "Observation/o5", strings.Replace(observationOf("o5", "p3"), `"status"`, `"meta":{"security":[{"system":"urn:x","code":"fact"},{"system":"`+access.LabelSystem+`","code":"other"}],"tag":[{"system":"`+access.LabelSystem+`","code":"fact"}]},"status"`, 1))
			want("Observation/o5", "contact|p3 emergency|p3 org|Z self|p3")
			task := `{"resourceType":"Task","id":"t","status":"requested","intent":"order","code":{"coding":[{"system":"` + careplan.TaskSystem + `","code":"` + careplan.TaskBreakGlass + `"}]},"owner":{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"A"}},"for":{"reference":"Patient/p3"}}`
			put(t, s, "Task/t", task)
			want("Task/t", "admin") // who it is for does not count in what anybody may write
			put(t, s, "Observation/o6", observationOf("o6", "p3"))
			mustDo(t, s, 204, "DELETE", "Patient/p3", "")
			want("Observation/o6", "contact|p3 emergency|p3 org|Z self|p3") // what is left of their record is whose it was
			want("Patient/p3", "")
		})
	}
}

// A transaction is labelled as a whole, whatever the order of its entries.
func TestLabelling_Plans(t *testing.T) {
	s, _ := newServer(t)
	names, err := plans.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range names {
		if !strings.HasSuffix(file.Name(), ".json") {
			continue
		}
		body, err := plans.Files.ReadFile(file.Name())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Do(context.Background(), call("POST", "", string(body))); err != nil {
			t.Fatalf("%s: %v", file.Name(), err)
		}
	}
	compareLabels(t, s)
}

// compareLabels works out every label from scratch and compares it with the one stored.
func compareLabels(t *testing.T, s *interaction.Server) {
	t.Helper()
	reader := careplan.NewFactReader(r4.Definitions())
	nodes, patients, facts := map[fhir.Key]element.Node{}, map[fhir.Key][]fhir.ID{}, map[fhir.ID][]careplan.Facts{}
	err := s.Store.View(context.Background(), func(r store.Reader) error {
		q := query.Query{Types: registry().Types(), Count: 10_000}
		page, err := r.Search(&q)
		if err != nil {
			return err
		}
		for _, rec := range page.Matches {
			tree, _ := element.Parse(r4.Definitions(), rec.Body, element.DefaultLimits())
			index, err := extractor().Index(tree.Root())
			if err != nil {
				return err
			}
			nodes[rec.Key] = tree.Root()
			if rec.Key.Type == "Patient" {
				index.Compartments = []fhir.Key{rec.Key}
			}
			for _, focus := range index.Compartments {
				if focus.Type == "Patient" {
					patients[rec.Key] = append(patients[rec.Key], focus.ID)
					facts[focus.ID] = append(facts[focus.ID], reader.Read(tree.Root()))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var follow careplan.Follow
	follow = func(key fhir.Key) (string, error) {
		node, ok := nodes[key]
		if !ok {
			return "", nil
		}
		party := reader.Organisation(node)
		if party.Code != "" || party.Key.IsZero() {
			return party.Code, nil
		}
		return follow(party.Key)
	}
	when := func(text string) (int64, bool) { p, ok := s.Parser.Period(text); return p.Low, ok }
	for key, node := range nodes {
		resource := access.Resource{Type: key.Type, Draft: reader.Read(node).Draft}
		var labels [][]query.Token
		for _, id := range patients[key] {
			record, err := careplan.Record(id, facts[id], follow, when)
			if err != nil {
				t.Fatal(err)
			}
			labels = append(labels, record.Of())
		}
		if got, want := labelOf(t, s, key.String()), labelText(access.Label(resource, labels...)); got != want {
			t.Errorf("label of %s = %s\nwant %s", key, got, want)
		}
	}
}

// Random writes, alone and in transactions: after each the labels are those that looking at everything gives.
func TestLabelling_Differential(t *testing.T) {
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(4) {
				s := open(t)
				random := rand.New(rand.NewPCG(seed, 7))
				for _, code := range []string{"A", "P", "H"} {
					put(t, s, "Organization/"+strings.ToLower(code), `{"resourceType":"Organization","id":"`+strings.ToLower(code)+`","name":"x",`+fmt.Sprintf(ods, code)+`}`)
				}
				for range 40 {
					n := 1
					if random.IntN(3) == 0 && name != "weakest" { // which shows its own writes to no search
						n = 2 + random.IntN(4)
					}
					entries, seen := []string{}, map[string]bool{}
					for range n {
						if entry, target := randomWrite(random); !seen[target] {
							seen[target] = true
							entries = append(entries, entry)
						}
					}
					body := `{"resourceType":"Bundle","type":"transaction","entry":[` + strings.Join(entries, ",") + `]}`
					if _, err := s.Do(context.Background(), call("POST", "", body)); err != nil {
						t.Fatalf("%v\n%s", err, body)
					}
				}
				compareLabels(t, s)
			}
		})
	}
}

func randomWrite(random *rand.Rand) (entry, target string) {
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	patient, org := pick("p1", "p2", "p3"), pick("a", "p", "h")
	id := pick("1", "2", "3")
	var body string
	switch random.IntN(6) {
	case 0:
		target = "Patient/" + patient
		body = `{"resourceType":"Patient","id":"` + patient + `","managingOrganization":{"reference":"Organization/` + org + `"}}`
		if random.IntN(4) == 0 {
			body = strings.Replace(body, `"managing`, `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"V"}]},"managing`, 1)
		}
	case 1:
		target = "CarePlan/" + id
		body = planOf(id, pick("active", "draft", "revoked", "entered-in-error", "on-hold"), patient, org)
	case 2:
		target = "Consent/" + id
		body = fmt.Sprintf(sharingConsent, id, pick("active", "active", "inactive", "rejected", "draft"), pick("882921000000109", "882941000000102"), patient,
			pick("2024", "2024-01-01", "2024-02-01"), pick("permit", "deny"))
	case 3:
		target = "EpisodeOfCare/" + id
		body = `{"resourceType":"EpisodeOfCare","id":"` + id + `","status":"` + pick("active", "finished") + `","patient":{"reference":"Patient/` + patient +
			`"},"managingOrganization":{"reference":"Organization/` + org + `"}}`
	case 4:
		target = "Observation/" + id
		body = observationOf(id, patient, pick("p1", "p2", "p3"))
	case 5:
		target = pick("Patient/", "CarePlan/", "Consent/", "EpisodeOfCare/", "Observation/")
		if target == "Patient/" {
			id = patient
		}
		target += id
		return `{"request":{"method":"DELETE","url":"` + target + `"}}`, target
	}
	return `{"resource":` + body + `,"request":{"method":"PUT","url":"` + target + `"}}`, target
}
