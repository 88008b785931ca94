package dialects

// carriersOfAmerica are the dialects of carriers in the Americas, Asia and
// Oceania.
func carriersOfAmerica() []*Dialect {
	return []*Dialect{
		ups, fedex, usps, stamps, canadaPost, purolator, landmark, correios, australiaPost, seko, asendia, smartKargo,
	}
}
