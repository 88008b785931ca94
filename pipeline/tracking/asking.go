package tracking

// asking is what the carrier was asked, and what it did not know (D5, D8).
type asking struct {
	notFound int64 // arrival of the first word that the number is not known; 0: none
	polled   int64 // stream time of the last poll that was asked for
	inVain   int   // polls asked for since notFound
}

func layoutAsking(c *coder, a *asking, epoch int64) {
	layoutOptional(c, &a.notFound, epoch)
	layoutOptional(c, &a.polled, epoch)
	c.small(&a.inVain)
}
