package query

// Decimal is a decimal number of any size and precision in an order-preserving form: a < b as numbers
// exactly when a < b as strings of bytes, and equal numbers are equal strings (1.0 and 1.00 alike), and
// none is a prefix of another. See ParseDecimal for the layout. The empty Decimal is no number.
type Decimal string
