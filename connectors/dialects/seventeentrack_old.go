package dialects

import (
	"slices"

	"github.com/go-json-experiment/json"

	"waybill/schemas"
)

// track17Old is a tracking in 17TRACK's first version: one status for the
// parcel, and a list of events for each of two carriers.
type track17Old struct {
	Status text              `json:"e"`
	Latest many[track17Scan] `json:"z0"`
	First  many[track17Scan] `json:"z1"`
	Second many[track17Scan] `json:"z2"`
}

// track17Scan is an event of the first version. It has no code.
type track17Scan struct {
	When    text `json:"a"`
	City    text `json:"c"`
	Country text `json:"d"`
	Words   text `json:"z"`
}

// old17 is what 17TRACK's site answers about a person's list: packages, or how
// many there are in each status.
type old17 struct {
	Packages many[struct {
		Number    text `json:"FTrackNo"`
		Carrier   text `json:"FFirstCarrier"`
		LastEvent text `json:"FLastEvent"`
		Status    text `json:"FPackageState"`

		Counts many[struct {
			Status text `json:"e"`
		}] `json:"eitem"`
	}] `json:"Json"`
}

// track17Old tells the events. The status is the parcel's, so only the newest
// event has it.
func (p *parcel) track17Old(where string, t *track17Old) {
	newest := t.Latest.one()
	has := func(e track17Scan) bool { return newest != nil && e == *newest }
	for i := range t.First {
		p.track17Scan(where+"."+at("z1", i), &t.First[i], t.statusOf(t.First[i]))
	}
	for i := range t.Second {
		p.track17Scan(where+"."+at("z2", i), &t.Second[i], t.statusOf(t.Second[i]))
	}
	if newest != nil && !slices.ContainsFunc(t.First, has) && !slices.ContainsFunc(t.Second, has) {
		p.track17Scan(where+".z0", newest, t.Status)
	}
	if p.count == 0 && t.Status == "0" {
		p.fail(ReasonNotFound, t.Status.String(), "the carrier does not know the number")
	}
}

func (t *track17Old) statusOf(e track17Scan) text {
	if newest := t.Latest.one(); newest != nil && e == *newest {
		return t.Status
	}
	return ""
}

func (p *parcel) track17Scan(where string, e *track17Scan, status text) {
	s := scan{status: status.String(), words: e.Words.String(), place: &schemas.Location{City: e.City.String(), Country: e.Country.String()}}
	var err error
	s.when, err = p.r.when(e.When.String(), s.place)
	p.tell(where, s, err)
}

// read tells of the packages, if it has any.
func (o *old17) read(r *reader) bool {
	for i, pack := range o.Packages {
		if pack.Counts != nil {
			r.noParcel("summary")
			continue
		}
		p := r.parcel(track17Carrier(pack.Carrier), pack.Number.String())
		if pack.LastEvent == "" {
			if pack.Status == "0" {
				p.fail(ReasonNotFound, pack.Status.String(), "the carrier does not know the number")
			}
			continue
		}
		where := at("Json", i) + ".FLastEvent"
		var e track17Scan
		if err := json.Unmarshal([]byte(pack.LastEvent), &e, r.loose.options); err != nil {
			p.misread(where, "", err)
			continue
		}
		p.track17Scan(where, &e, pack.Status)
	}
	return o.Packages != nil
}
