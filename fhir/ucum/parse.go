package ucum

import (
	"fmt"
	"math/big"
)

// Bounds that no unit in use comes near, so that hostile codes cost nothing.
const (
	maxLength = 256
	maxPower  = 64
	maxFactor = 18 // digits
)

// Valid reports whether a code is well formed and every symbol in it a UCUM one, case
// sensitively ("c/s" form). "" is not; "{annotation}" is.
func Valid(code string) bool {
	p := parser{text: code, check: true}
	_, err := p.main()
	return err == nil
}

// Parse reads a code by the grammar of UCUM §19. The error says what is wrong with the code, which is
// no patient data.
func Parse(code string) (Unit, error) {
	p := parser{text: code}
	return p.main()
}

// one is the unit of a bare annotation. It is only ever read.
var one = Unit{factor: big.NewRat(1, 1)}

// parser reads one code. With check set it builds nothing.
type parser struct {
	text  string
	at    int
	check bool
	terms int // components read, to know whether a special unit stands alone
}

func (p *parser) main() (Unit, error) {
	if len(p.text) == 0 || len(p.text) > maxLength {
		return Unit{}, fmt.Errorf("ucum: a code has 1 to %d characters", maxLength)
	}
	u, err := p.term(0)
	if err != nil {
		return Unit{}, err
	}
	if p.at < len(p.text) {
		return Unit{}, p.fault("unexpected character")
	}
	if p.terms > 1 {
		u.scale = nil
	}
	return u, nil
}

// term is components joined by "." and "/", evaluated from left to right; a leading "/" divides
// one.
func (p *parser) term(depth int) (Unit, error) {
	product := Unit{}
	if !p.check {
		product = Unit{factor: big.NewRat(1, 1), dimension: dimension{}}
	}
	sign := 1
	if depth == 0 && p.peek() == '/' {
		p.at++
		p.terms++
		sign = -1
	}
	for {
		u, power, err := p.component(depth)
		if err != nil {
			return Unit{}, err
		}
		p.terms++
		if !p.check {
			product.times(u, sign*power)
			product.scale = u.scale
		}
		switch p.peek() {
		case '.':
			sign = 1
		case '/':
			sign = -1
		default:
			return product, nil
		}
		p.at++
	}
}

func (p *parser) component(depth int) (Unit, int, error) {
	switch c := p.peek(); {
	case c == '(':
		return p.group(depth)
	case c == '{':
		return one, 1, p.annotation()
	case c == 0:
		return Unit{}, 0, p.fault("a unit is missing")
	}
	u, power, err := p.annotatable()
	if err == nil && p.peek() == '{' {
		err = p.annotation()
	}
	return u, power, err
}

func (p *parser) group(depth int) (Unit, int, error) {
	if depth == 16 {
		return Unit{}, 0, p.fault("too many parentheses")
	}
	p.at++
	u, err := p.term(depth + 1)
	if err != nil {
		return Unit{}, 0, err
	}
	if p.peek() != ')' {
		return Unit{}, 0, p.fault("a parenthesis is not closed")
	}
	p.at++
	p.terms++ // a group is no simple unit
	return u, 1, nil
}

// annotation is "{anything}": printable ASCII, without meaning.
func (p *parser) annotation() error {
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '}':
			p.at++
			return nil
		case c == '{' || c < '!' || c > '~':
			return p.fault("a character that may not stand in an annotation")
		}
	}
	return p.fault("an annotation is not closed")
}

func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) fault(what string) error {
	return fmt.Errorf("ucum: %s at position %d", what, p.at+1)
}
