package dialects

import "waybill/schemas"

// parcelDESendung is a shipment on the web pages of DHL Parcel Germany.
type parcelDESendung struct {
	ID       text      `json:"id"`
	NotFound *struct{} `json:"sendungNichtGefunden"`
	Details  struct {
		Number struct {
			Number text `json:"sendungsnummer"`
		} `json:"sendungsnummern"`
		Return  flag `json:"ruecksendung"`
		History struct {
			Events many[struct {
				When   text `json:"datum"`
				Place  text `json:"ort"`
				Words  text `json:"status"`
				Return flag `json:"ruecksendung"`
			}] `json:"events"`
		} `json:"sendungsverlauf"`
		Delivery struct {
			End      text `json:"zustellzeitfensterBis"`
			Receiver struct {
				Name text `json:"name"`
			} `json:"empfaenger"`
		} `json:"zustellung"`
		Delivered flag `json:"istZugestellt"`
	} `json:"sendungsdetails"`
}

func (r *reader) parcelDEPage() error {
	var page struct {
		Shipments many[parcelDESendung] `json:"sendungen"`
	}
	if err := r.json(&page); err != nil {
		return err
	}
	if len(page.Shipments) == 0 {
		return errNotThis
	}
	for i := range page.Shipments {
		r.sendung(&page.Shipments[i])
	}
	return nil
}

func (r *reader) sendung(s *parcelDESendung) {
	p := r.parcel("", first(s.ID, s.Details.Number.Number))
	if s.NotFound != nil {
		p.fail(ReasonNotFound, "sendungNichtGefunden", "there is no data of it")
		return
	}
	if s.Details.Return {
		p.leg = schemas.LegReturn
	}
	if s.Details.Delivered {
		p.signedBy = s.Details.Delivery.Receiver.Name.String()
	} else {
		p.forecast("zustellzeitfensterBis", s.Details.Delivery.End.String())
	}
	for i := range s.Details.History.Events {
		e := &s.Details.History.Events[i]
		told := scan{words: untagged(e.Words.String()), place: place(e.Place.String(), "")}
		if e.Return {
			told.leg = schemas.LegReturn
		}
		var err error
		told.when, err = r.when(e.When.String(), told.place)
		p.tell(at("events", i), told, err)
	}
}
