package shape

import (
	"fmt"
	"slices"
	"strings"

	"waybill/schemas"
	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

// words are what a source calls the codes of the model: its map, read backwards.
type words struct {
	codes    map[string][]string // by code of the model, in the order of the map
	exact    map[string]string   // its main status, by code of the model
	statuses map[string]string   // its main status, by main status of the model: the first
	model    *status.Model
	form     *form
}

func newWords(f *form, model *status.Model, maps *codemap.Maps) (*words, error) {
	i := slices.IndexFunc(maps.Sources(), func(s *codemap.Source) bool { return s.Name == f.name || slices.Contains(s.Names, f.name) })
	if i < 0 {
		return nil, fmt.Errorf("there is no map of %s to read backwards", f.name)
	}
	source := maps.Sources()[i]
	w := &words{codes: make(map[string][]string), exact: make(map[string]string), statuses: make(map[string]string), model: model, form: f}
	for _, line := range source.Codes {
		w.codes[line.Value] = append(w.codes[line.Value], line.Key)
	}
	for _, line := range source.Statuses {
		main := model.Code(line.Value).Status.Name
		if _, known := w.exact[line.Value]; !known {
			w.exact[line.Value] = line.Key
		}
		if _, known := w.statuses[main]; !known {
			w.statuses[main] = line.Key
		}
	}
	return w, nil
}

// of gives the source's code and main status of an event. A code that the source
// has no word for is told by its main status alone; where there is none either,
// by a code of the same main status.
func (w *words) of(e *schemas.CarrierEvent) (code, main string) {
	wanted := w.model.Code(e.Code)
	if all := w.codes[e.Code]; len(all) > 0 {
		code = all[0]
		if strings.HasSuffix(e.RawCode, "_2") { // another word for the same
			code = all[min(1, len(all)-1)]
		}
	}
	if main, known := w.exact[e.Code]; known {
		return code, main
	}
	if main, known := w.statuses[wanted.Status.Name]; known {
		return code, main
	}
	if back, known := w.statuses[status.Returning]; known && wanted.Name == "returned.returned" {
		return code, back // most say no more than that it goes back
	}
	if code == "" {
		code = w.near(wanted)
	}
	return code, w.form.otherwise
}

// near finds a word of the same main status: that of its fallback, or any.
func (w *words) near(wanted *status.Code) string {
	if all := w.codes[wanted.Status.Fallback.Name]; len(all) > 0 {
		return all[0]
	}
	for _, c := range w.model.Codes() {
		if all := w.codes[c.Name]; c.Status == wanted.Status && len(all) > 0 {
			return all[0]
		}
	}
	return ""
}
