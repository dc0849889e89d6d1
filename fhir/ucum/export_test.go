package ucum

// AtomCodes lists the symbols of the tables, for tests.
func AtomCodes() []string {
	var codes []string
	for code := range atoms() {
		codes = append(codes, code)
	}
	return codes
}

// DefinitionOf is the unit a symbol is defined by, for tests.
func DefinitionOf(code string) string { return atoms()[code].unit }
