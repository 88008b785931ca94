package dialects

import (
	"maps"
	"slices"
	"strings"

	"waybill/schemas"
)

// ClickPost tells of one scan in each webhook, and of all scans of a parcel in
// the answer of its polling API. The outer fields of a webhook are the scan;
// latest_status is what ClickPost thinks the parcel's status is, and no event.
// Times are those of India, also where they end in Z.
var clickpost = &Dialect{
	Name: "clickpost", Zone: "Asia/Kolkata",
	marks: []mark{
		{"waybill", "cp_id", "clickpost_status_code"},
		{"meta.success", "meta.status", "result"},
	},
	read: readClickPost,
}

type clickpostScan struct {
	Code     text `json:"clickpost_status_code"`
	Status   text `json:"status"`
	Remark   text `json:"remark"`
	Location text `json:"location"`
	City     text `json:"clickpost_city"`
	Time     text `json:"timestamp"`
	Signer   text `json:"received_by"`
	NDR      text `json:"ndr_status_code"`
}

type clickpostMore struct {
	NDR        text `json:"ndr_status_code"`
	IsRVP      flag `json:"is_rvp"`
	EDD        text `json:"courier_partner_edd"`
	ForwardAWB text `json:"forward_awb"`
}

type clickpostTrack struct {
	Valid  text                `json:"valid"`
	Scans  many[clickpostScan] `json:"scans"`
	Latest many[clickpostScan] `json:"latest_status"`
	More   many[clickpostMore] `json:"additional"`
	CPID   text                `json:"cp_id"`
}

func readClickPost(r *reader) error {
	var payload struct {
		clickpostScan

		Waybill text                                  `json:"waybill"`
		CPID    text                                  `json:"cp_id"`
		More    many[clickpostMore]                   `json:"additional"`
		Result  many[map[string]many[clickpostTrack]] `json:"result"`
		Meta    many[struct {
			Status  text `json:"status"`
			Message text `json:"message"`
		}] `json:"meta"`
	}
	if err := r.json(&payload); err != nil {
		return err
	}
	meta := payload.Meta.one()
	switch {
	case payload.Waybill == "" && payload.Time != "":
		r.noParcel("status " + payload.Code.String() + " without a waybill")
	case payload.Time != "":
		p := r.clickpost(payload.CPID, payload.Waybill.String(), payload.More.one())
		p.clickpost("", &payload.clickpostScan, payload.More.one())
	case meta != nil && meta.Status != "" && meta.Status != "200":
		r.fail(clickpostReason(meta.Status.String()), "", "", meta.Status.String(), meta.Message.String())
	case payload.Result == nil:
		return errNotThis
	}
	for _, result := range payload.Result {
		for _, waybill := range slices.Sorted(maps.Keys(result)) {
			for _, t := range result[waybill] {
				r.clickpostTrack(waybill, &t)
			}
		}
	}
	return nil
}

// clickpost begins a parcel. ClickPost's number of a carrier is clickpost-4 in
// our table.
func (r *reader) clickpost(id text, waybill string, more *clickpostMore) *parcel {
	carrier := id.String()
	if carrier != "" {
		carrier = "clickpost-" + carrier
	}
	p := r.parcel(carrier, waybill)
	if more != nil {
		p.forecast("additional.courier_partner_edd", more.EDD.String())
		if more.IsRVP {
			p.leg = schemas.LegReturn
		}
	}
	return p
}

func (r *reader) clickpostTrack(waybill string, t *clickpostTrack) {
	p := r.clickpost(t.CPID, waybill, t.More.one())
	for i := range t.Scans {
		p.clickpost("result."+waybill+"."+at("scans", i), &t.Scans[i], nil)
	}
	if latest := t.Latest.one(); p.count == 0 && latest != nil && latest.Time != "" {
		p.clickpost("result."+waybill+".latest_status", latest, t.More.one())
	}
	if p.count == 0 && strings.EqualFold(t.Valid.String(), "false") {
		p.fail(ReasonNotFound, "", "ClickPost does not know the waybill")
	}
}

func (p *parcel) clickpost(where string, c *clickpostScan, more *clickpostMore) {
	s := scan{status: c.Code.String(), words: first(c.Remark, c.Status), signedBy: c.Signer.String(), place: &schemas.Location{Name: c.Location.String(), City: c.City.String()}}
	if c.Location == "None" { // what Python writes for nothing
		s.place.Name = ""
	}
	ndr := c.NDR
	if ndr == "" && more != nil {
		ndr = more.NDR
	}
	switch s.status {
	case "9": // only a failed delivery has a reason
		if ndr != "" {
			s.code = "NDR" + ndr.String()
		}
	case "11", "12", "13", "14", "15", "21", "26", "27", "101":
		s.leg = schemas.LegReturn
	case "30", "31", "32":
		s.leg = schemas.LegExchange
	}
	if s.code == "" {
		s.code = s.status
	}
	if s.status == "18" && s.words != "" { // delayed or misrouted: the maps look for it in the words
		s.status = s.words
	}
	var err error
	s.when, err = p.r.clickpostTime(c.Time.String())
	p.tell(where, s, err)
}

// clickpostTime reads a time of India. Z, and an offset of zero, mean nothing.
func (r *reader) clickpostTime(written string) (moment, error) {
	clock := written
	for _, not := range []string{"Z", "+00:00", "+0000"} {
		clock = strings.TrimSuffix(clock, not)
	}
	m, err := r.when(clock, nil)
	m.text = written
	return m, err
}

// clickpostReason reads meta.status.
func clickpostReason(code string) Reason {
	switch {
	case code == "301", code == "306", code == "401", code == "403":
		return ReasonUnauthorized
	case code == "404":
		return ReasonNotFound
	case code == "429":
		return ReasonRateLimited
	case len(code) == 3 && code[0] == '5':
		return ReasonUnavailable
	default:
		return ReasonBadRequest
	}
}
