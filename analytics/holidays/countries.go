package holidays

import (
	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/ar"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mw"
	"github.com/rickar/cal/v2/nc"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// countries gives the rules of every country: one list, or one for each of its
// parts where these keep their own.
func countries() map[string][][]*cal.Holiday {
	return map[string][][]*cal.Holiday{
		"AR": {ar.Holidays},
		"AT": {at.Holidays},
		"AU": {
			au.HolidaysACT, au.HolidaysNSW, au.HolidaysNT, au.HolidaysQLD, au.HolidaysSA, au.HolidaysTAS, au.HolidaysVIC, au.HolidaysWA,
		},
		"BE": {be.Holidays},
		"BG": {bg.Holidays},
		"BR": {br.Holidays},
		"CA": {ca.Holidays},
		"CH": {
			ch.HolidaysZH, ch.HolidaysBE, ch.HolidaysLU, ch.HolidaysUR, ch.HolidaysSZ, ch.HolidaysOW, ch.HolidaysNW, ch.HolidaysGL, ch.HolidaysZG,
			ch.HolidaysFR, ch.HolidaysSO, ch.HolidaysBS, ch.HolidaysBL, ch.HolidaysSH, ch.HolidaysAR, ch.HolidaysAI, ch.HolidaysSG, ch.HolidaysGR,
			ch.HolidaysAG, ch.HolidaysTG, ch.HolidaysVD, ch.HolidaysTI, ch.HolidaysVS, ch.HolidaysNE, ch.HolidaysGE, ch.HolidaysJU,
		},
		"CZ": {cz.Holidays},
		"DE": {de.Holidays},
		"DK": {dk.Holidays},
		"ES": {es.Holidays},
		"FR": {fr.Holidays},
		"GB": {gb.Holidays},
		"GR": {gr.Holidays},
		"HR": {hr.Holidays},
		"IE": {ie.Holidays},
		"IT": {it.Holidays},
		"JP": {jp.Holidays},
		"LT": {lt.Holidays},
		"LV": {lv.Holidays},
		"MW": {mw.Holidays},
		"NC": {nc.Holidays},
		"NL": {nl.Holidays},
		"NO": {no.Holidays},
		"NZ": {nz.Holidays},
		"PL": {pl.Holidays},
		"RO": {ro.Holidays},
		"RU": {ru.Holidays},
		"SE": {se.Holidays},
		"SI": {si.Holidays},
		"SK": {sk.Holidays},
		"UA": {ua.Holidays},
		"US": {us.Holidays},
		"ZA": {za.Holidays},
	}
}
