package dialects

// carriersOfAmerica are the dialects of carriers in the Americas, Asia and
// Oceania.
func carriersOfAmerica() []*Dialect {
	return nil
}
