package tracking

// changeCarrier is the next to be built.
func (t *turn) changeCarrier(*act) (refusal string) { return "This cannot be done yet." }

func (t *turn) retractByHand(*act) (refusal string) { return "This cannot be done yet." }
