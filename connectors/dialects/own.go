package dialects

// own are the dialects in which producers tell us in our own words.
func own() []*Dialect {
	return nil
}
