package fhirpath

import "strconv"

// term reads a primary with the invocations and indexes that follow it.
func (p *parser) term() (*syntax, *Error) {
	s, err := p.primary()
	for links := 0; err == nil; links++ {
		if links > maxChain {
			return nil, invalid(p.token.at, "too many invocations in a row")
		}
		switch {
		case p.is("."):
			s, err = p.invocation(s)
		case p.is("["):
			s, err = p.indexer(s)
		default:
			return s, nil
		}
	}
	return nil, err
}

// invocation reads ".name", ".name(…)" or ".$this" after a source.
func (p *parser) invocation(left *syntax) (*syntax, *Error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	return p.member(left)
}

func (p *parser) indexer(left *syntax) (*syntax, *Error) {
	s := &syntax{form: formIndex, at: p.token.at, left: left}
	if err := p.advance(); err != nil {
		return nil, err
	}
	var err *Error
	if s.right, err = p.expression(0); err != nil {
		return nil, err
	}
	return s, p.expect("]")
}

// member reads a name or a call.
func (p *parser) member(left *syntax) (*syntax, *Error) {
	if p.token.kind == tokenThis && left == nil {
		s := &syntax{form: formThis, at: p.token.at, name: p.token.text}
		if s.name != "$this" && s.name != "$index" && s.name != "$total" {
			return nil, p.unexpected()
		}
		return s, p.advance()
	}
	s, err := p.name(left)
	if err != nil || !p.is("(") {
		return s, err
	}
	s.form = formCall
	return p.arguments(s)
}

func (p *parser) arguments(call *syntax) (*syntax, *Error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.is(")") {
		return call, p.advance()
	}
	for {
		arg, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		call.args = append(call.args, arg)
		if !p.is(",") {
			return call, p.expect(")")
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

// primary reads a literal, a variable, a parenthesis or the first member of a path.
func (p *parser) primary() (*syntax, *Error) {
	t := p.token
	switch t.kind {
	case tokenString:
		return p.literal(OfString(t.text))
	case tokenNumber:
		return p.number()
	case tokenLong:
		n, err := strconv.ParseInt(t.text, 10, 64)
		if err != nil {
			return nil, invalid(t.at, "a Long out of range")
		}
		return p.literal(Item{kind: Long, number: n})
	case tokenTemporal:
		value, ok := parseTemporalLiteral(t.text)
		if !ok {
			return nil, invalid(t.at, "not a date, dateTime or time")
		}
		return p.literal(value)
	case tokenVariable:
		s := &syntax{form: formVariable, at: t.at, name: t.text}
		return s, p.advance()
	case tokenSymbol:
		return p.bracket()
	case tokenName:
		if t.text == "true" || t.text == "false" {
			return p.literal(OfBoolean(t.text == "true"))
		}
	case tokenEnd:
		return nil, p.unexpected()
	}
	return p.member(nil)
}

func (p *parser) literal(value Item) (*syntax, *Error) {
	s := &syntax{form: formLiteral, at: p.token.at, value: value}
	return s, p.advance()
}

// bracket reads "( expression )" or "{ }".
func (p *parser) bracket() (*syntax, *Error) {
	at := p.token.at
	switch p.token.text {
	case "{}":
		return &syntax{form: formEmpty, at: at}, p.advance()
	case "{":
		if err := p.advance(); err != nil {
			return nil, err
		}
		return &syntax{form: formEmpty, at: at}, p.expect("}")
	case "(":
		if err := p.advance(); err != nil {
			return nil, err
		}
		s, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		return s, p.expect(")")
	}
	return nil, p.unexpected()
}

// number reads an integer or decimal, or with a unit behind it a quantity: 4 days, 10 'mg'.
func (p *parser) number() (*syntax, *Error) {
	t := p.token
	value, ok := parseNumber(t.text)
	if !ok {
		return nil, invalid(t.at, "a number out of range")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	s := &syntax{form: formLiteral, at: t.at, value: value}
	switch {
	case p.token.kind == tokenString:
		decimal, _ := value.Decimal()
		s.value = OfQuantity(decimal, p.token.text)
		return s, p.advance()
	case p.token.kind == tokenName && calendarUnit(p.token.text) != "":
		decimal, _ := value.Decimal()
		s.value = ofDuration(decimal, p.token.text)
		return s, p.advance()
	}
	return s, nil
}

// parseNumber reads a literal: Integer without a point, Decimal with one.
func parseNumber(text string) (Item, bool) {
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		return OfInteger(n), true
	}
	d, ok := parseDecimal(text)
	if !ok || d.Exponent == 0 {
		return Item{}, false
	}
	return OfDecimal(d), true
}
