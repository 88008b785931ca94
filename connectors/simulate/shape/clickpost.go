package shape

import (
	"strconv"
	"strings"
	"time"
)

// renderClickPost is the webhook of one scan, which may be older than what the
// parcel's status now is. Its times are India's, and end in Z.
func renderClickPost(v *view) any {
	code, reason := clickPostCode(v.heard)
	now, _ := clickPostCode(v.newest)
	additional := object{
		"latest_status": object{
			"clickpost_status_code": now, "clickpost_status_description": v.newest.Description, "status": v.newest.Description,
			"location": v.newest.place().City, "timestamp": indian(v.newest), "remark": v.newest.Description,
		},
		"order_id": v.registration.Reference, "is_rvp": v.registration.IsReturn, "courier_partner_edd": orNull(v.eta()),
	}
	if reason > 0 {
		additional["ndr_status_code"] = reason
	}
	return object{
		"waybill": v.number(), "cp_id": clickPostCarrier(v.heard.Carrier), "clickpost_status_code": code, "clickpost_status_description": v.heard.Description,
		"status": v.heard.Description, "location": v.heard.place().City, "timestamp": indian(v.heard), "remark": v.heard.Description, "additional": additional,
	}
}

// clickPostCode is the status and, of a failed delivery, the reason.
func clickPostCode(e *event) (code, reason int) {
	const failedDelivery = 9
	if text, ok := strings.CutPrefix(e.code, "NDR"); ok {
		reason, _ = strconv.Atoi(text)
		return failedDelivery, reason
	}
	word := e.code
	if word == "" {
		word = e.status
	}
	code, _ = strconv.Atoi(word)
	return code, 0
}

// indian writes a time of India as if it were UTC.
func indian(e *event) string {
	return e.OccurredAt.In(time.FixedZone("IST", 5*3600+1800)).Format("2006-01-02T15:04:05Z")
}

func clickPostCarrier(slug string) int {
	return map[string]int{"dhl-express": 6, "fedex": 1, "ups": 24}[slug]
}
