package dialects

// ParseThoroughly reads a payload as one in which something may be wrong.
func (d *Dialect) ParseThoroughly(payload []byte, o Options) (*Reading, error) {
	return d.parse(payload, o, true)
}
