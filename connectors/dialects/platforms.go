package dialects

// platforms are the dialects of those who pass on what carriers say.
func platforms() []*Dialect {
	return []*Dialect{aftership, clickpost, easypost, intersoft, seventeentrack, shipengine, shippo, trackingmore}
}
