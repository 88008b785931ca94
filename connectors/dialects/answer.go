package dialects

import (
	"strings"
	"unicode"
)

// problem is how many sources answer that they cannot tell: a problem document
// (RFC 9457), or the fault of the gateway before them.
type problem struct {
	Title    text `json:"title"`
	Detail   text `json:"detail"`
	Status   text `json:"status"`
	Instance text `json:"instance"`
	Fault    *struct {
		Words  text `json:"faultstring"`
		Detail struct {
			Code text `json:"errorcode"`
		} `json:"detail"`
	} `json:"fault"`
}

// problem tells of a failure if the payload is one.
func (r *reader) problem(p *problem) bool {
	switch {
	case p.Fault != nil:
		r.fail(gatewayReason(p.Fault.Detail.Code.String()), "", "", p.Fault.Detail.Code.String(), p.Fault.Words.String())
	case p.Status != "" && (p.Title != "" || p.Detail != ""):
		r.fail(httpReason(p.Status.String()), "", first(r.Number, numberIn(p.Instance.String())), p.Status.String(), first(p.Detail, p.Title))
	default:
		return false
	}
	return true
}

// problemAlone is problem for a payload that has nothing else.
func (r *reader) problemAlone(p *problem) error {
	if !r.problem(p) {
		return errNotThis
	}
	return nil
}

// httpReason reads the HTTP status that a source names in its answer.
func httpReason(status string) Reason {
	switch status {
	case "404":
		return ReasonNotFound
	case "401", "403":
		return ReasonUnauthorized
	case "429":
		return ReasonRateLimited
	}
	if len(status) == 3 && status[0] == '5' {
		return ReasonUnavailable
	}
	return ReasonBadRequest
}

// gatewayReason reads the code of a gateway's fault, such as
// policies.ratelimit.QuotaViolation.
func gatewayReason(code string) Reason {
	code = strings.ToLower(code)
	switch {
	case strings.Contains(code, "ratelimit"), strings.Contains(code, "quota"):
		return ReasonRateLimited
	case strings.Contains(code, "oauth"), strings.Contains(code, "jwt"), strings.Contains(code, "apikey"), strings.Contains(code, "token"):
		return ReasonUnauthorized
	default:
		return ReasonUnavailable
	}
}

// numberIn gives the tracking number with which a path or a query ends, or
// nothing.
func numberIn(path string) string {
	number := path[strings.LastIndexAny(path, "/=")+1:]
	if len(number) < 6 || !strings.ContainsFunc(number, unicode.IsDigit) ||
		strings.ContainsFunc(number, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
		return ""
	}
	return number
}
