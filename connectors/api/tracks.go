package api

import (
	"context"
	"time"
)

// getTrack shows a parcel in Shippo's shape, as far as the tenant may see it. One
// that the tenant does not follow is answered as one that nothing is known of.
func (a *API) getTrack(c *call) (*answer, error) {
	if err := shippoVersion(c); err != nil {
		return nil, err
	}
	if err := queryOf(c.Request).done(); err != nil {
		return nil, err
	}
	carrier, number, err := a.parcelInPath(c)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(c.Context(), queryTimeout)
	defer cancel()
	found, err := a.cfg.Parcels.Look(ctx, c.tenant(), carrier, number)
	if err != nil {
		return nil, ofLog(err)
	}
	track := a.track(carrier, number, found)
	if found == nil {
		now := time.Now().UTC().Truncate(time.Millisecond)
		track.TrackingStatus.ObjectID = derived(c.tenant(), carrier, number)
		track.TrackingStatus.ObjectCreated, track.TrackingStatus.ObjectUpdated = now, now
		track.Messages = append(track.Messages, "Nothing is known of this parcel yet. POST /tracks follows it; what was registered is here about a second later.")
	}
	return ok(track)
}
