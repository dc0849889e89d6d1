package fhirpath

import "hearken/fhir"

// Functions of http://hl7.org/fhirpath/N1/#utility-functions.

// traced is trace(name, projection): its input, shown to Env.Trace on the way.
type traced struct {
	source     operand
	name       operand
	projection operand // nil: the input itself
	at         int
}

func compileTrace(c *compiler, s *syntax, source part) (part, *Error) {
	name, err := c.compile(s.args[0])
	if err != nil {
		return part{}, err
	}
	t := &traced{source: source.operand, name: name.operand, at: s.at}
	result := source.shape
	result.uses |= name.uses
	if len(s.args) == 2 {
		projection, err := c.lambda(source, s.args[1])
		if err != nil {
			return part{}, err
		}
		t.projection = projection.operand
		result.uses |= outer(projection)
	}
	if result.uses == 0 {
		result.uses = usesOutside // not to be evaluated when compiling
	}
	return part{t, result}, nil
}

func (t *traced) collect(env *Env, limit int) error {
	if env.Trace == nil {
		return t.source.collect(env, limit)
	}
	name, err := single(env, t.name, t.at)
	if err != nil {
		return err
	}
	base := len(env.stack)
	if err := t.source.collect(env, 0); err != nil {
		return err
	}
	end := len(env.stack)
	shown := append(Collection(nil), env.stack[base:]...)
	if t.projection != nil {
		shown = nil
		if err := forEach(env, constant(env.stack[base:end]), t.at, func() (bool, error) {
			return true, t.projection.collect(env, 0)
		}); err != nil {
			return err
		}
		shown = append(shown, env.stack[end:]...)
		env.stack = env.stack[:end]
	}
	env.Trace(name.text, shown)
	return nil
}

func (t *traced) count(env *Env, limit int) (int, error) {
	if env.Trace == nil {
		return countOf(env, t.source, limit)
	}
	base := len(env.stack)
	err := t.collect(env, 0)
	n := len(env.stack) - base
	env.stack = env.stack[:base]
	return n, err
}

// reading is now(), today() or timeOfDay(): the clock of the Env, the same throughout an evaluation.
type reading struct {
	of func(now Item) Item
	at int
}

func clock(of func(Item) Item) func(*compiler, *syntax, part) (part, *Error) {
	return func(_ *compiler, s *syntax, _ part) (part, *Error) {
		kind := map[string]Kind{"now": DateTime, "today": Date, "timeOfDay": Time}[s.name]
		return part{reading{of, s.at}, ofKind(kind, usesOutside)}, nil
	}
}

func (r reading) collect(env *Env, _ int) error { return collectOne(env, r) }

func (r reading) one(env *Env) (Item, error) {
	if env.Now.IsZero() {
		return Item{}, fault(r.at, fhir.CodeNotSupported, "there is no clock")
	}
	return r.of(nowItem(env.Now)), nil
}

func now(i Item) Item { return i }

func today(i Item) Item { return i.date() }

func timeOfDay(i Item) Item { return i.time() }

// time is the time of day of a dateTime, on its own clock.
func (i Item) time() Item {
	i.kind, i.zone = Time, noZone
	i.number %= 86400
	i.precision -= timeDigits
	return i
}

// component is the row of yearOf() to millisecondOf() (http://hl7.org/fhirpath/#extract-datetime-components).
func component(precision uint8) func(*compiler, *syntax, part) (part, *Error) {
	return ofAny(func(_ *Env, c *scalarCall, in Item, _ []Item) (Item, error) {
		i := in.system()
		if !isTemporal(i.kind) {
			return Item{}, failed(c.at, "%s needs a date or time", c.name)
		}
		if i.scale() < precision || i.kind == Time && precision <= toDay || i.kind == Date && precision > toDay {
			return Item{}, nil
		}
		t := i.clock()
		parts := map[uint8]int{
			toYear: t.Year(), toMonth: int(t.Month()), toDay: t.Day(),
			toHour: t.Hour(), toMinute: t.Minute(), toSecond: t.Second(), toSecond + 3: t.Nanosecond() / 1e6,
		}
		return OfInteger(int64(parts[precision])), nil
	})
}

func timezoneOffsetOf(_ *Env, _ *scalarCall, in Item, _ []Item) (Item, error) {
	i := in.system()
	if !i.hasZone() {
		return Item{}, nil
	}
	return decimalOperation("/", OfInteger(int64(i.zone)).asDecimal(), OfInteger(60).asDecimal()), nil
}

func dateOf(_ *Env, c *scalarCall, in Item, _ []Item) (Item, error) {
	i := in.system()
	if i.kind != Date && i.kind != DateTime {
		return Item{}, failed(c.at, "dateOf needs a date or dateTime")
	}
	return i.date(), nil
}

func timeOf(_ *Env, c *scalarCall, in Item, _ []Item) (Item, error) {
	i := in.system()
	if i.kind != DateTime {
		return Item{}, failed(c.at, "timeOf needs a dateTime")
	}
	if i.precision < toHour {
		return Item{}, nil
	}
	return i.time(), nil
}
