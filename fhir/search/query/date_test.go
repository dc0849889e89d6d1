package query_test

import (
	"testing"
	"time"

	"hearken/fhir/search/query"
)

func day(text string) int64 {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at.UnixMicro()
}

func TestSatisfies_Date(t *testing.T) {
	const hour = int64(time.Hour / time.Microsecond)
	test := func(c query.Comparison, from, to string) query.Test {
		return query.DateTest{Comparison: c, Low: day(from), High: day(to)}
	}
	whole := func(c query.Comparison) query.Test { return test(c, "2013-03-14", "2013-03-15") }
	value := query.Period{Low: day("2013-03-14"), High: day("2013-03-15")}
	from21Jan := query.Period{Low: day("2013-01-21"), High: query.MaxTime}
	to21Jan := query.Period{Low: query.MinTime, High: day("2013-01-22")}
	from15Mar := query.Period{Low: day("2013-03-15"), High: query.MaxTime}
	tenOClock := query.Period{Low: day("2013-03-14") + 10*hour, High: day("2013-03-14") + 10*hour + 1}
	tenTest := func(c query.Comparison) query.Test {
		return query.DateTest{Comparison: c, Low: tenOClock.Low, High: tenOClock.High}
	}
	runSatisfies(t, []satisfiesRow{
		{"eq the day", whole(query.Equal), value, true},
		{"eq a time of the day", whole(query.Equal), tenOClock, true},
		{"eq the next midnight", whole(query.Equal), query.Period{Low: day("2013-03-15"), High: day("2013-03-15") + 1}, false},
		{"eq a longer period", whole(query.Equal), from21Jan, false},
		{"ne the next midnight", whole(query.NotEqual), query.Period{Low: day("2013-03-15"), High: day("2013-03-15") + 1}, true},
		{"ne a time of the day", whole(query.NotEqual), tenOClock, false},
		{"lt 10:00, the whole day", tenTest(query.Less), value, true},
		{"gt 10:00, the whole day", tenTest(query.Greater), value, true},
		{"gt the day, the day", whole(query.Greater), value, false},
		{"lt the day, the day", whole(query.Less), value, false},
		{"ge the day, the day", whole(query.GreaterOrEqual), value, true},
		{"le the day, the day", whole(query.LessOrEqual), value, true},
		{"ge from 21 January on", whole(query.GreaterOrEqual), from21Jan, true},
		{"le from 21 January on", whole(query.LessOrEqual), from21Jan, true},
		{"ge until 21 January", whole(query.GreaterOrEqual), to21Jan, false},
		{"sa from 15 March on", whole(query.StartsAfter), from15Mar, true},
		{"sa from 21 January on", whole(query.StartsAfter), from21Jan, false},
		{"sa until 21 January", whole(query.StartsAfter), to21Jan, false},
		{"eb from 15 March on", whole(query.EndsBefore), from15Mar, false},
		{"eb from 21 January on", whole(query.EndsBefore), from21Jan, false},
		{"eb until 21 January", whole(query.EndsBefore), to21Jan, true},
		{"ap the day", whole(query.Approximately), value, true},
		{"ap until 21 January", whole(query.Approximately), to21Jan, false},
	})
}

func TestMoment(t *testing.T) {
	at := time.Date(2024, 5, 6, 7, 8, 9, 123_987_000, time.UTC)
	low := time.Date(2024, 5, 6, 7, 8, 9, 123_000_000, time.UTC).UnixMicro()
	if got, want := query.Moment(at), (query.Period{Low: low, High: low + 1000}); got != want {
		t.Errorf("Moment(%v) = %v, want %v", at, got, want)
	}
}
