package fhirpath

// parser reads an expression by the grammar of http://hl7.org/fhirpath/N1/#formal-specifications.
type parser struct {
	lexer lexer
	token token
	depth int
}

// Bounds of an expression, so that reading one cannot exhaust the stack.
const (
	maxText  = 64 << 10
	maxNests = 200
)

// parse reads a whole expression.
func parse(text string) (*syntax, *Error) {
	if len(text) > maxText {
		return nil, invalid(0, "an expression is longer than %d bytes", maxText)
	}
	p := parser{lexer: lexer{text: text}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	s, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if p.token.kind != tokenEnd {
		return nil, p.unexpected()
	}
	return s, nil
}

func (p *parser) advance() *Error {
	t, err := p.lexer.next()
	p.token = t
	return err
}

func (p *parser) unexpected() *Error {
	if p.token.kind == tokenEnd {
		return invalid(p.token.at, "the expression ends too early")
	}
	return invalid(p.token.at, "unexpected %q", p.token.text)
}

func (p *parser) is(symbol string) bool {
	return p.token.kind == tokenSymbol && p.token.text == symbol
}

func (p *parser) expect(symbol string) *Error {
	if !p.is(symbol) {
		return p.unexpected()
	}
	return p.advance()
}

// precedence is how tightly the operators bind, loosest first
// (http://hl7.org/fhirpath/N1/#operator-precedence).
var precedence = map[string]int{
	"implies": 1,
	"or":      2, "xor": 2,
	"and": 3,
	"in":  4, "contains": 4,
	"=": 5, "~": 5, "!=": 5, "!~": 5,
	"<": 6, "<=": 6, ">": 6, ">=": 6,
	"|":  7,
	"is": 8, "as": 8,
	"+": 9, "-": 9, "&": 9,
	"*": 10, "/": 10, "div": 10, "mod": 10,
}

// operator gives the precedence of the token as a binary operator, 0 when it is none.
func (p *parser) operator() int {
	if p.token.kind == tokenSymbol || p.token.kind == tokenName {
		return precedence[p.token.text]
	}
	return 0
}

// expression reads operands joined by operators that bind more tightly than the given one.
func (p *parser) expression(above int) (*syntax, *Error) {
	if p.depth++; p.depth > maxNests {
		return nil, invalid(p.token.at, "the expression is nested too deeply")
	}
	defer func() { p.depth-- }()
	left, err := p.polarity()
	links := 0
	for err == nil {
		binding := p.operator()
		if binding <= above {
			return left, nil
		}
		// A chain of operators nests to the left: bound it as nesting is.
		if links++; links > maxChain {
			return nil, invalid(p.token.at, "too many operators in a row")
		}
		left, err = p.operation(left, binding)
	}
	return nil, err
}

// maxChain bounds a chain of operators or invocations, whose tree is as deep as it is long.
const maxChain = 2000

func (p *parser) operation(left *syntax, binding int) (*syntax, *Error) {
	s := &syntax{form: formBinary, at: p.token.at, name: p.token.text, left: left}
	if err := p.advance(); err != nil {
		return nil, err
	}
	var err *Error
	if s.name == "is" || s.name == "as" {
		s.form = formType
		s.right, err = p.typeSpecifier()
	} else {
		s.right, err = p.expression(binding)
	}
	return s, err
}

// polarity reads a term with any number of signs before it.
func (p *parser) polarity() (*syntax, *Error) {
	if !p.is("-") && !p.is("+") {
		return p.term()
	}
	s := &syntax{form: formPolarity, at: p.token.at, name: p.token.text}
	if p.depth++; p.depth > maxNests {
		return nil, invalid(p.token.at, "the expression is nested too deeply")
	}
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	var err *Error
	s.left, err = p.polarity()
	return s, err
}

// typeSpecifier reads "Patient" or "FHIR.Patient", as a chain of names.
func (p *parser) typeSpecifier() (*syntax, *Error) {
	s, err := p.name(nil)
	if err == nil && p.is(".") && (s.name == "FHIR" || s.name == "System") {
		if err = p.advance(); err == nil {
			return p.name(s)
		}
	}
	return s, err
}

// name reads one identifier. Keywords are identifiers where no operator can stand.
func (p *parser) name(left *syntax) (*syntax, *Error) {
	if p.token.kind != tokenName && p.token.kind != tokenQuoted {
		return nil, p.unexpected()
	}
	s := &syntax{form: formName, at: p.token.at, name: p.token.text, quoted: p.token.kind == tokenQuoted, left: left}
	return s, p.advance()
}
