package dialects

import "strings"

// refused reads why a carrier does not tell, from the code and the words of its
// answer. Codes of its own are the dialect's to know; these are HTTP's, and what
// carriers write in English, French and Portuguese.
func refused(code, words string) Reason {
	if len(code) == 3 && (code[0] == '4' || code[0] == '5') && code != "400" {
		return httpReason(code)
	}
	words = strings.ToLower(strings.Join(strings.Fields(code+" "+words), " "))
	for _, r := range refusals {
		for _, w := range r.words {
			if strings.Contains(words, w) {
				return r.reason
			}
		}
	}
	return ReasonBadRequest
}

// refusals are tried in turn: what is not known may also be asked for again
// later, and an invalid token is not an invalid number.
var refusals = []struct {
	reason Reason
	words  []string
}{
	{ReasonRateLimited, []string{"too many requests", "rate limit", "ratelimit", "quota", "throttl"}},
	{ReasonUnauthorized, []string{
		"authenti", "authoriz", "unauthoris", "invalid_client", "credential", "license number", "licence", "login", "password", "api key", "token", "forbidden", "access denied",
		"non autorisé", "não autorizado",
	}},
	{ReasonNotFound, []string{
		"not found", "not_found", "notfound", "cannot be found", "could not locate", "could not be found", "no record", "no pin history", "no tracking information", "no information", "no data",
		"not available for your item", "not yet available", "does not exist", "introuvable", "aucun historique", "não encontrado", "nao encontrado", "ainda não",
	}},
	{ReasonInvalidNumber, []string{
		"invalid tracking", "invalid inquiry", "invalid pin", "invalid number", "invalid label", "tracking number is invalid", "not a valid", "nip invalide", "inválido", "invalido",
	}},
	{ReasonUnavailable, []string{"unavailable", "unable to process", "try again", "retry later", "timed out", "timeout", "internal error", "internal server", "system error"}},
}
