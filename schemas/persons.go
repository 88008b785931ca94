package schemas

// Erased gives what is left of a place when what may tell of a person is erased
// (P1): its country. Nil: nothing.
func (l *Location) Erased() *Location {
	if l == nil || l.Country == "" {
		return nil
	}
	return &Location{Country: l.Country}
}

// Erased gives what is left of an address likewise: its state and country, by
// which lanes are reckoned. Nil: nothing.
func (a *Address) Erased() *Address {
	if a == nil || a.State == "" && a.Country == "" {
		return nil
	}
	return &Address{State: a.State, Country: a.Country}
}
