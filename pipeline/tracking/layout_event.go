package tracking

// layoutEvent writes an event by its distance from the one before it. Times of
// one event lie close together, and most texts are the same from event to
// event.
func layoutEvent(c *coder, e *event, before int64) {
	c.hash(&e.id)
	hash := uint64(e.hash)
	c.fixed(&hash, 4)
	e.hash = uint32(hash) //nolint:gosec // four bytes

	moved, updated := e.key.at != e.occurred, e.updated != e.created
	sameText := e.text != "" && e.text == e.local.write(e.occurred)
	text, zone := e.text != "" && !sameText, e.zone != ""
	description, signed, place := e.description != "", e.signedBy != "", e.location != nil
	rawCode, mapped, previous := e.rawCode != "", e.mapVersion != "", e.previous != ""
	c.flags(&rawCode, &description, &place, &zone, &mapped, &previous, &moved,
		&updated, &sameText, &text, &signed, &e.weak, &e.clamped, &e.refused)

	c.near(&e.occurred, before)
	e.key.at = pick(c.reading, e.occurred, e.key.at)
	if moved {
		c.near(&e.key.at, e.occurred)
	}
	c.near(&e.received, e.occurred)
	c.near(&e.key.arrived, e.received)
	c.near(&e.created, e.key.arrived)
	e.updated = pick(c.reading, e.created, e.updated)
	if updated {
		c.near(&e.updated, e.created)
	}
	c.byte(&e.key.rank)
	c.byte(&e.key.priority)
	layoutLocal(c, &e.local)
	c.symbol(&e.precision, precisions)
	c.symbol(&e.confidence, confidences)
	c.symbol(&e.leg, legs)
	c.symbol(&e.sourceKind, sourceKinds)
	c.symbol(&e.decision, finals)
	c.string(&e.code)
	c.string(&e.source)
	if sameText && c.reading {
		e.text = e.local.write(e.occurred)
	}
	for _, part := range [...]struct {
		there bool
		text  *string
	}{
		{text, &e.text}, {zone, &e.zone}, {rawCode, &e.rawCode}, {description, &e.description},
		{signed, &e.signedBy}, {mapped, &e.mapVersion}, {previous, &e.previous},
	} {
		if part.there {
			c.string(part.text)
		}
	}
	if place {
		layoutLocation(c, &e.location)
	}
}

// pick gives what a field is before a difference to it is read.
func pick(reading bool, base, have int64) int64 {
	if reading {
		return base
	}
	return have
}

func layoutLocal(c *coder, l *localTime) {
	c.byte(&l.form)
	switch l.form {
	case localNone:
	case localLiteral:
		c.string(&l.literal)
	default:
		shift := int64(l.shift)
		c.int(&shift)
		if shift < -maxShift || shift > maxShift {
			c.fail()
			return
		}
		l.shift = int32(shift)
	}
}

func layoutPending(c *coder, p *pending, epoch int64) {
	layoutEvent(c, &p.event, epoch)
	if c.present(p.eta.isSet()) {
		layoutTarget(c, &p.eta)
		c.string(&p.etaReason)
	}
	c.symbol(&p.position.topic, inputTopics)
	partition := int64(p.position.partition)
	c.int(&partition)
	p.position.partition = int32(partition) //nolint:gosec // it was one when written
	c.int(&p.position.offset)
	c.int(&p.version)
	c.symbol(&p.held, holds)
	c.near(&p.due, p.key.arrived)
}
