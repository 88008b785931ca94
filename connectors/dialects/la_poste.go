package dialects

import "strings"

// laPoste is the JSON of La Poste's service Suivi v2, for Colissimo, letters and
// Chronopost: one answer, or a list of them for several numbers.
var laPoste = &Dialect{
	Name: "la-poste", Aliases: []string{"laposte", "colissimo", "la-poste-colissimo"}, Carrier: "la-poste", Zone: "Europe/Paris",
	marks: []mark{{"returnCode", "shipment.idShip"}, {"returnCode", "returnMessage"}, {"responses.returnCode"}},
	read:  readLaPoste,
}

type laPosteAnswer struct {
	Answers many[laPosteAnswer] `json:"responses"`
	Code    text                `json:"returnCode"`
	Message text                `json:"returnMessage"`
	Number  text                `json:"idShip"`
	// Gateway is the code of a refusal before the service, such as
	// TOO_MANY_REQUESTS.
	Gateway      text `json:"code"`
	GatewayWords text `json:"message"`
	Shipment     *struct {
		Number  text `json:"idShip"`
		Product text `json:"product"`
		Final   flag `json:"isFinal"`
		ETA     text `json:"estimDate"`
		Events  many[struct {
			Code  text `json:"code"`
			When  text `json:"date"`
			Words text `json:"label"`
		}] `json:"event"`
	} `json:"shipment"`
}

func readLaPoste(r *reader) error {
	var answers many[laPosteAnswer]
	if err := r.json(&answers); err != nil {
		return err
	}
	if len(answers) == 0 {
		return errNotThis
	}
	return r.laPostes(answers)
}

// laPostes reads answers, and those in an answer.
func (r *reader) laPostes(answers many[laPosteAnswer]) error {
	for i := range answers {
		a := &answers[i]
		if len(a.Answers) > 0 {
			if err := r.laPostes(a.Answers); err != nil {
				return err
			}
		} else if !r.laPoste(a) {
			return errNotThis
		}
	}
	return nil
}

// laPoste reads one answer, and says whether it is one.
func (r *reader) laPoste(a *laPosteAnswer) bool {
	switch {
	case a.Shipment != nil:
		r.laPosteShipment(a)
	case a.Code != "":
		r.fail(laPosteReason(a.Code.String()), "", a.Number.String(), a.Code.String(), a.Message.String())
	case a.Gateway != "":
		r.fail(laPosteReason(a.Gateway.String()), "", a.Number.String(), a.Gateway.String(), a.GatewayWords.String())
	default:
		return false
	}
	return true
}

// laPosteReason reads return codes, which are those of HTTP: 400 says that no
// number of La Poste looks so.
func laPosteReason(code string) Reason {
	switch code {
	case "400":
		return ReasonInvalidNumber
	case "TOO_MANY_REQUESTS":
		return ReasonRateLimited
	case "UNAUTHORIZED", "FORBIDDEN":
		return ReasonUnauthorized
	case "RESOURCE_NOT_FOUND":
		return ReasonNotFound
	default:
		return httpReason(code)
	}
}

func (r *reader) laPosteShipment(a *laPosteAnswer) {
	carrier := ""
	if strings.Contains(strings.ToLower(a.Shipment.Product.String()), "chronopost") {
		carrier = "chronopost"
	}
	p := r.parcel(carrier, first(a.Shipment.Number, a.Number))
	if !a.Shipment.Final {
		p.forecast("estimDate", a.Shipment.ETA.String())
	}
	for i, e := range a.Shipment.Events {
		s := scan{code: e.Code.String(), words: e.Words.String()}
		var err error
		s.when, err = r.when(e.When.String(), nil)
		p.tell(at("event", i), s, err)
	}
}
