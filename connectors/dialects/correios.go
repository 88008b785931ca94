package dialects

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"waybill/connectors/places"
	"waybill/schemas"
)

// Correios answers in SOAP (SRO, buscaEventos), and since in JSON (Rastro);
// both may have several objects. An event has a type and a number that mean
// something only together: raw_code is both, as in BDE/23. Times are on the
// clocks of the unit, and else those of Brasilia.
var correios = &Dialect{
	Name: "correios", Aliases: []string{"correios-sro", "correios-rastro"}, Carrier: "correios", Zone: "America/Sao_Paulo",
	marks: []mark{
		{"Envelope.Body.buscaEventosListaResponse"}, {"Envelope.Body.buscaEventosResponse"}, {"Envelope.Body.buscaEventosListaResponse.return.objeto"},
		{"objetos", "objetos.codObjeto"}, {"codObjeto", "eventos"}, {"objeto", "objeto.numero", "objeto.evento"},
		{"rastro", "rastro.objeto"},
	},
	read: readCorreios,
}

// correiosObject is an object in XML, and in the first JSON, which has the same
// names.
type correiosObject struct {
	Number text                 `json:"numero" xml:"numero"`
	Error  text                 `json:"erro"   xml:"erro"`
	Events many[*correiosEvent] `json:"evento" xml:"evento"`
}

type correiosEvent struct {
	Type     text           `json:"tipo"      xml:"tipo"`
	Number   text           `json:"status"    xml:"status"`
	Day      text           `json:"data"      xml:"data"`
	Time     text           `json:"hora"      xml:"hora"`
	Words    text           `json:"descricao" xml:"descricao"`
	Detail   text           `json:"detalhe"   xml:"detalhe"`
	Place    text           `json:"local"     xml:"local"`
	City     text           `json:"cidade"    xml:"cidade"`
	State    text           `json:"uf"        xml:"uf"`
	Zip      text           `json:"-"         xml:"codigo"`
	SignedBy text           `json:"-"         xml:"recebedor"`
	Unit     *correiosPlace `json:"unidade"   xml:"-"`
}

type correiosPlace struct {
	Place text `json:"local"`
	City  text `json:"cidade"`
	State text `json:"uf"`
}

// rastroObject is an object in the JSON of Rastro.
type rastroObject struct {
	Number text               `json:"codObjeto"`
	Words  text               `json:"mensagem"`
	ETA    text               `json:"dtPrevista"`
	Events many[*rastroEvent] `json:"eventos"`
}

type rastroEvent struct {
	Type   text       `json:"codigo"`
	Number text       `json:"tipo"`
	Time   rastroTime `json:"dtHrCriado"`
	Words  text       `json:"descricao"`
	Detail text       `json:"detalhe"`
	Unit   struct {
		Name    text `json:"nome"`
		Kind    text `json:"tipo"`
		Address struct {
			City  text `json:"cidade"`
			State text `json:"uf"`
			Zip   text `json:"cep"`
		} `json:"endereco"`
	} `json:"unidade"`
}

// rastroTime is a time, or an object with one in it.
type rastroTime struct {
	Date text `json:"date"`
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (t *rastroTime) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() != '{' {
		return t.Date.read(d)
	}
	type fields rastroTime
	return json.UnmarshalDecode(d, (*fields)(t))
}

func readCorreios(r *reader) error {
	var answer struct {
		Single  rastroObject          `json:",inline" xml:"-"`
		List    many[*correiosObject] `json:"objeto" xml:"Body>buscaEventosListaResponse>return>objeto"`
		One     many[*correiosObject] `json:"-"      xml:"Body>buscaEventosResponse>return>objeto"`
		Bare    many[*correiosObject] `json:"-"      xml:"objeto"`
		Refused text                  `json:"erro"   xml:"Body>buscaEventosListaResponse>return>erro"`
		Fault   text                  `json:"-"      xml:"Body>Fault>faultstring"`
		Objects many[*rastroObject]   `json:"objetos" xml:"-"`
		Words   many[text]            `json:"msgs"   xml:"-"`
	}
	decode := r.json
	if isXML(r.payload) {
		decode = r.xml
	}
	if err := decode(&answer); err != nil {
		return err
	}
	objects, found := slices.Concat(answer.List, answer.One, answer.Bare), false
	for _, words := range append(answer.Words, answer.Refused, answer.Fault) {
		if words != "" {
			r.fail(correiosReason(words.String()), "", "", "", words.String())
			found = true
		}
	}
	if answer.Single.Number != "" {
		answer.Objects = append(answer.Objects, &answer.Single)
	}
	if len(objects) == 0 && len(answer.Objects) == 0 && !found {
		return errNotThis
	}
	for _, o := range objects {
		r.correiosObject(o)
	}
	for _, o := range answer.Objects {
		r.rastroObject(o)
	}
	return nil
}

// correiosReason reads why there is nothing to tell, which Correios says in
// words, in the newer service with a code before them.
func correiosReason(words string) Reason {
	switch {
	case strings.HasPrefix(words, "SRO-019"):
		return ReasonInvalidNumber
	case strings.HasPrefix(words, "SRO-020"), strings.HasPrefix(words, "SRO-009"):
		return ReasonNotFound
	default:
		return refused("", words)
	}
}

func (r *reader) correiosObject(o *correiosObject) {
	p := r.parcel("", o.Number.String())
	if o.Error != "" {
		p.fail(correiosReason(o.Error.String()), "", o.Error.String())
	}
	for i, e := range o.Events {
		s := p.correios(e.Type.String(), e.Number.String(), e.Words.String(), e.Detail.String())
		s.signedBy = e.SignedBy.String()
		if u := e.Unit; u != nil {
			e.Place, e.City, e.State = u.Place, u.City, u.State
		}
		s.place = correiosUnit(e.Place.String(), e.City.String(), e.State.String(), e.Zip.String())
		var err error
		s.when, err = r.when(strings.TrimSpace(e.Day.String()+" "+e.Time.String()), s.place, "02/01/2006 15:04", "02/01/2006 15:04:05", "02/01/2006")
		p.tell(fmt.Sprintf("evento[%d]", i), s, err)
	}
}

func (r *reader) rastroObject(o *rastroObject) {
	p := r.parcel("", o.Number.String())
	if o.Words != "" && len(o.Events) == 0 {
		p.fail(correiosReason(o.Words.String()), "", o.Words.String())
	}
	p.forecast("dtPrevista", dayOf(o.ETA.String()), localDay, "02/01/2006") // the end of the day stands for it
	for i, e := range o.Events {
		s := p.correios(e.Type.String(), e.Number.String(), e.Words.String(), e.Detail.String())
		a := e.Unit.Address
		s.place = correiosUnit(first(e.Unit.Name, e.Unit.Kind), a.City.String(), a.State.String(), a.Zip.String())
		var err error
		s.when, err = r.when(e.Time.Date.String(), s.place)
		p.tell(fmt.Sprintf("eventos[%d]", i), s, err)
	}
}

// correios begins an event.
func (p *parcel) correios(kind, number, words, detail string) scan {
	if len(number) == 1 {
		number = "0" + number // a JSON number has lost it
	}
	s := scan{code: strings.TrimSuffix(kind+"/"+number, "/"), words: strings.TrimSuffix(strings.TrimSpace(words)+": "+detail, ": ")}
	switch s.code {
	case "OEC/09", "LDE/09", "BDE/23", "BDI/23", "BDR/23": // to the sender, and at the sender
		s.leg = schemas.LegReturn
	}
	return s
}

// correiosUnit makes the place of a unit. One without a state is abroad, and its
// name that of a country.
func correiosUnit(name, city, state, zip string) *schemas.Location {
	if state == "" || state == "BR" {
		if country := places.Country(name); city == "" && len(country) == len("BR") {
			return &schemas.Location{Country: country}
		}
		return &schemas.Location{Name: name, City: city, PostalCode: zip}
	}
	return &schemas.Location{Name: name, City: city, State: state, PostalCode: zip, Country: "BR"}
}
