package profiles_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
)

// mutate changes a resource at one place at a time: each member is left out, misspelt, given as another JSON
// type, emptied, doubled. Resources in the resource are left as they are.
func mutate(t testing.TB, source []byte, judge func(how string, source []byte)) {
	t.Helper()
	root := decode(t, source)
	emit := func(how string) {
		text, err := json.Marshal(root)
		if err != nil {
			t.Fatal(err)
		}
		judge(how, text)
	}
	mutateIn(root, "", emit)
}

func mutateIn(value any, path string, emit func(how string)) {
	switch v := value.(type) {
	case map[string]any:
		if v["resourceType"] != nil && path != "" {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			mutateMember(v, name, path+"."+name, emit)
			mutateIn(v[name], path+"."+name, emit)
		}
	case []any:
		for i := range v {
			mutateItem(v, i, fmt.Sprintf("%s[%d]", path, i), emit)
			mutateIn(v[i], fmt.Sprintf("%s[%d]", path, i), emit)
		}
	}
}

func mutateMember(object map[string]any, name, path string, emit func(how string)) {
	was := object[name]
	delete(object, name)
	emit("without " + path)
	object[name+"X"] = was
	emit("misspelt " + path)
	delete(object, name+"X")
	if name[0] != '_' {
		object["_"+name] = map[string]any{"extension": []any{map[string]any{"url": "urn:x", "valueCode": "unknown"}}}
		emit("extended only " + path)
		delete(object, "_"+name)
	}
	object["valueBoolean"] = true
	object[name] = was
	emit("with valueBoolean beside " + path)
	if name != "valueBoolean" {
		delete(object, "valueBoolean")
	}
	for how, other := range others(was) {
		object[name] = other
		emit(how + path)
	}
	object[name] = was
}

func mutateItem(array []any, i int, path string, emit func(how string)) {
	was := array[i]
	for how, other := range others(was) {
		array[i] = other
		emit(how + path)
	}
	array[i] = was
}

// others yields what may stand in a value's stead.
func others(value any) func(yield func(string, any) bool) {
	rows := []struct {
		how   string
		value any
	}{
		{"null at ", nil}, {"empty text at ", ""}, {"empty object at ", map[string]any{}}, {"empty array at ", []any{}},
		{"number at ", json.Number("7")}, {"below zero at ", json.Number("-1.5")}, {"true at ", true},
		{"word at ", "nonsense"}, {"words at ", "two words "}, {"date at ", "2026-02-13"}, {"in an array ", []any{value}},
		{"object at ", map[string]any{"extension": []any{map[string]any{"url": "urn:x", "valueCode": "unknown"}}}},
	}
	if array, ok := value.([]any); ok {
		rows[len(rows)-2].how, rows[len(rows)-2].value = "twice ", slices.Concat(array, array)
		rows = append(rows, struct {
			how   string
			value any
		}{"the first item at ", array[0]})
	}
	return func(yield func(string, any) bool) {
		for _, row := range rows {
			if !yield(row.how, row.value) {
				return
			}
		}
	}
}
