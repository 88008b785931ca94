package api

// listSenders tells which addresses webhooks come from, for a receiver's
// firewall (W13).
func (a *API) listSenders(c *call) (*answer, error) {
	if err := queryOf(c.Request).done(); err != nil {
		return nil, err
	}
	addresses := make([]string, len(a.cfg.Senders))
	for i, addr := range a.cfg.Senders {
		addresses[i] = addr.String()
	}
	return ok(map[string]any{"fixed": len(addresses) > 0, "addresses": addresses})
}
