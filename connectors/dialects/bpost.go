package dialects

import (
	"encoding/xml"

	"waybill/schemas"
)

// bpost is the XML of bpost's tracking service (itemTracking). Its deliveryTime
// is that of the delivery done; the forecast is the planned window.
var bpost = &Dialect{
	Name: "bpost", Aliases: []string{"belgium-post", "bpost-be"}, Carrier: "bpost", Zone: "Europe/Brussels",
	marks: []mark{{"itemTracking", "itemTracking.itemCode"}, {"systemException", "systemException.message"}, {"businessException", "businessException.message"}},
	read:  readBpost,
}

func readBpost(r *reader) error {
	var item struct {
		XMLName xml.Name
		Message text `xml:"message"` // of an exception
		Code    text `xml:"code"`
		Number  text `xml:"itemCode"`
		ETA     text `xml:"deliveryTimeWindow>plannedDeliveryDateWindowEnd"`
		States  many[struct {
			When  text `xml:"time"`
			Place text `xml:"location"`
			Code  text `xml:"stateCode"`
			Words text `xml:"stateDescription"`
		}] `xml:"stateInfo"`
	}
	if err := r.xml(&item); err != nil {
		return err
	}
	switch item.XMLName.Local {
	case "itemTracking":
	case "systemException":
		r.fail(ReasonUnavailable, "", "", item.Code.String(), item.Message.String())
		return nil
	case "businessException", "invalidSelection":
		r.fail(refused("", item.Message.String()), "", "", item.Code.String(), item.Message.String())
		return nil
	default:
		return errNotThis
	}
	p := r.parcel("", item.Number.String())
	p.forecast("plannedDeliveryDateWindowEnd", item.ETA.String())
	for i := range item.States {
		e := &item.States[i]
		s := scan{code: e.Code.String(), words: e.Words.String(), place: &schemas.Location{Name: e.Place.String()}}
		var err error
		s.when, err = r.when(e.When.String(), nil)
		p.tell(at("stateInfo", i), s, err)
	}
	return nil
}
