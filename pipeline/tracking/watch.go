package tracking

// watch is what the rules noticed of a parcel's silence (D3).
type watch struct {
	stalled int64 // stream time at which a silence was found too long; 0: none is
}

func layoutWatch(c *coder, w *watch, epoch int64) {
	layoutOptional(c, &w.stalled, epoch)
}
