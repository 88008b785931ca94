package dialects

// myDHL is the JSON of DHL Express's REST service MyDHL API. The events of
// pieces repeat those of the shipment and count only where it has none.
var myDHL = &Dialect{
	Name: "mydhl", Aliases: []string{"my-dhl", "mydhl-api", "dhl-express-rest"}, Carrier: "dhl-express",
	marks: []mark{{"shipments.shipmentTrackingNumber", "shipments.events"}, {"shipments.shipmentTrackingNumber", "shipments.status"}},
	read:  readMyDHL,
}

type myDHLShipment struct {
	Number     text              `json:"shipmentTrackingNumber"`
	Status     text              `json:"status"`
	ETA        text              `json:"estimatedDeliveryDate"`
	ETAAndTime text              `json:"estimatedTimeOfDelivery"`
	Events     many[myDHLEvent]  `json:"events"`
	Pieces     many[myDHLPieces] `json:"pieces"`
}

type myDHLPieces struct {
	Events many[myDHLEvent] `json:"events"`
}

type myDHLEvent struct {
	Date   text `json:"date"`
	Time   text `json:"time"`
	Offset text `json:"GMTOffset"`
	Code   text `json:"typeCode"`
	Words  text `json:"description"`
	Areas  many[struct {
		Words text `json:"description"`
	}] `json:"serviceArea"`
	SignedBy text `json:"signedBy"`
}

func readMyDHL(r *reader) error {
	var answer struct {
		problem

		Shipments many[myDHLShipment] `json:"shipments"`
	}
	if err := r.json(&answer); err != nil {
		return err
	}
	if len(answer.Shipments) == 0 {
		return r.problemAlone(&answer.problem)
	}
	for i := range answer.Shipments {
		if answer.Shipments[i].Number == "" {
			return errNotThis
		}
		r.myDHL(&answer.Shipments[i])
	}
	return nil
}

func (r *reader) myDHL(s *myDHLShipment) {
	p := r.parcel("", s.Number.String())
	p.dhlStatus(s.Status.String(), len(s.Events) > 0)
	p.dhlForecast("estimatedDeliveryDate", first(s.ETAAndTime, s.ETA))
	for i := range s.Events {
		p.myDHL(at("events", i), &s.Events[i])
	}
	if len(s.Events) > 0 {
		return
	}
	for i, piece := range s.Pieces {
		for j := range piece.Events {
			p.myDHL(at(at("pieces", i)+".events", j), &piece.Events[j])
		}
	}
}

func (p *parcel) myDHL(where string, e *myDHLEvent) {
	s := scan{code: e.Code.String(), words: e.Words.String()}
	if len(e.Areas) > 0 {
		s.place = dhlArea(e.Areas[0].Words.String())
	}
	if dhlSigned(s.code) {
		s.signedBy = e.SignedBy.String()
	}
	written := e.Date.String()
	if e.Time != "" {
		written += "T" + e.Time.String() + e.Offset.String()
	}
	var err error
	s.when, err = p.r.when(written, s.place)
	p.tell(where, s, err)
}
