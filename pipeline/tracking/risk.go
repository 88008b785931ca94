package tracking

// risk is a registration's forecast to miss its measure (D4).
type risk struct {
	since int64 // stream time; 0: it is not at risk
}

func layoutRisk(c *coder, r *risk, registered int64) {
	layoutOptional(c, &r.since, registered)
}
