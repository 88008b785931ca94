package tracking

// layoutEvent writes an event by its distance from the one before it. Times of
// one event lie close together, and much is the same from event to event.
func layoutEvent(c *coder, e, before *event) {
	c.hash(&e.id)
	hash := uint64(e.hash)
	c.fixed(&hash, 4)
	e.hash = uint32(hash)

	moved, waited, updated := e.key.at != e.occurred, e.created != e.key.arrived, e.updated-e.created != before.updated-before.created
	alike, previous := e.alike(before), e.previous != ""
	text, signed, place, more := e.text != "", e.signedBy != "", e.location != nil, e.rawStatus != "" || len(e.told) > 0
	b := c.bits()
	b.number(&e.key.rank, 3)
	b.symbol(&e.decision, c.finals, 3)
	b.flag(&alike, &previous, &moved, &waited, &updated, &e.textLocal, &text, &signed, &place, &e.weak, &e.clamped, &e.refused)
	b.number(&e.local.form, 2)
	b.flag(&more) // since format 2
	b.close()

	c.near(&e.occurred, before.occurred)
	layoutNear(c, moved, &e.key.at, e.occurred)
	c.near(&e.received, e.occurred)
	c.near(&e.key.arrived, e.received)
	layoutNear(c, waited, &e.created, e.key.arrived)
	layoutNear(c, updated, &e.updated, e.created+before.updated-before.created)
	if alike {
		e.take(before)
	} else {
		layoutOrigin(c, e)
	}
	layoutLocal(c, &e.local, before.local.shift)
	c.string(&e.code)
	c.string(&e.rawCode)
	c.string(&e.description)
	for _, part := range [...]struct {
		there bool
		text  *string
	}{{previous, &e.previous}, {text, &e.text}, {signed, &e.signedBy}} {
		if part.there {
			c.string(part.text)
		}
	}
	if place {
		layoutLocation(c, &e.location)
	}
	if more {
		c.string(&e.rawStatus)
		layoutTellings(c, e)
	}
}

// layoutTellings is what further sources told of the event (I3).
func layoutTellings(c *coder, e *event) {
	list(c, &e.told, func(c *coder, o *telling) {
		c.string(&o.source)
		b := c.bits()
		b.symbol(&o.kind, c.sourceKinds, 3)
		b.close()
		c.hash(&o.id)
		hash := uint64(o.hash)
		c.fixed(&hash, 4)
		o.hash = uint32(hash)
	})
	if len(e.told) == 0 {
		return
	}
	b := c.bits()
	for _, by := range [...]*uint8{&e.by.code, &e.by.words, &e.by.when, &e.by.place, &e.by.signer} {
		b.number(by, 3)
		if int(*by) >= e.tellings() {
			c.fail()
		}
	}
	b.close()
	if e.tellings() > maxSources {
		c.fail()
	}
}

// layoutNear is for a number that mostly equals another.
func layoutNear(c *coder, differs bool, v *int64, to int64) {
	if differs {
		c.near(v, to)
	} else {
		*v = to
	}
}

// alike tells whether an event comes from where the one before it came.
func (e *event) alike(o *event) bool {
	return e.source == o.source && e.sourceKind == o.sourceKind && e.mapVersion == o.mapVersion && e.zone == o.zone &&
		e.precision == o.precision && e.confidence == o.confidence && e.leg == o.leg && e.key.priority == o.key.priority
}

func (e *event) take(o *event) {
	e.source, e.sourceKind, e.mapVersion, e.zone = o.source, o.sourceKind, o.mapVersion, o.zone
	e.precision, e.confidence, e.leg, e.key.priority = o.precision, o.confidence, o.leg, o.key.priority
}

// layoutOrigin is what mostly stays from event to event.
func layoutOrigin(c *coder, e *event) {
	b := c.bits()
	b.symbol(&e.precision, c.precisions, 2)
	b.symbol(&e.confidence, c.confidences, 2)
	b.symbol(&e.leg, c.legs, 2)
	b.symbol(&e.sourceKind, c.sourceKinds, 3)
	b.number(&e.key.priority, 2)
	b.close()
	c.string(&e.source)
	c.string(&e.mapVersion)
	c.string(&e.zone)
}

// layoutLocal writes the distance from UTC by its distance from the one before.
func layoutLocal(c *coder, l *localTime, before int32) {
	switch l.form {
	case localNone:
	case localLiteral:
		c.string(&l.literal)
	default:
		shift := int64(l.shift)
		c.near(&shift, int64(before))
		if shift < -maxShift || shift > maxShift {
			c.fail()
			return
		}
		l.shift = int32(shift)
	}
}

func layoutPending(c *coder, p *pending, epoch int64) {
	layoutEvent(c, &p.event, &event{occurred: epoch})
	if c.present(p.eta.isSet()) {
		layoutTarget(c, &p.eta)
		c.string(&p.etaReason)
		if c.format < 2 {
			p.etaSource = p.source
		} else {
			c.string(&p.etaSource)
		}
	}
	b := c.bits()
	b.symbol(&p.position.topic, c.inputTopics, 2)
	b.symbol(&p.held, c.holds, 2)
	b.flag(&p.withdraws) // since format 2
	b.close()
	partition := int64(p.position.partition)
	c.int(&partition)
	p.position.partition = int32(partition)
	c.int(&p.position.offset)
	c.int(&p.version)
	c.near(&p.due, p.key.arrived)
}
