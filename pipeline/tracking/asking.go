package tracking

// asking is what the carrier was asked, and what it did not know (D5, D8).
type asking struct {
	notFound int64 // arrival of the first word that the number is not known; 0: none
}

func layoutAsking(c *coder, a *asking, epoch int64) {
	layoutOptional(c, &a.notFound, epoch)
}
