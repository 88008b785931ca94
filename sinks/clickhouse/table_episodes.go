package clickhouse

import (
	"time"

	"waybill/schemas"
)

// episodeRow is one exception episode of a shipment.
type episodeRow struct {
	shipment *schemas.Shipment
	episode  *schemas.ExceptionEpisode
}

// episodeTable holds one row for each exception episode.
func episodeTable() *table[episodeRow] {
	return &table[episodeRow]{name: "exception_episodes", columns: append([]column[episodeRow]{
		plain("carrier", func(e *episodeRow) string { return e.shipment.Carrier }),
		plain("tracking_number", func(e *episodeRow) string { return e.shipment.TrackingNumber }),
		instant("epoch", func(e *episodeRow) time.Time { return e.shipment.Epoch }),
		plain("opening_event_id", func(e *episodeRow) string { return e.episode.OpeningEventID }),
		instant("opened_at", func(e *episodeRow) time.Time { return e.episode.OpenedAt }),
		maybeInstant("closed_at", func(e *episodeRow) *time.Time { return e.episode.ClosedAt }),
		maybeInstant("acknowledged_at", func(e *episodeRow) *time.Time { return e.episode.AcknowledgedAt }),
		plain("code", func(e *episodeRow) string { return e.episode.Code }),
		plain("party", func(e *episodeRow) string { return e.episode.Party }),
		whole("severity", func(e *episodeRow) int { return e.episode.Severity }),
		plain("closing_event_id", func(e *episodeRow) string { return e.episode.ClosingEventID }),
		plain("closing_code", func(e *episodeRow) string { return e.episode.ClosingCode }),
	}, versioned(func(e *episodeRow) int64 { return e.shipment.Revision }, never)...)}
}

func episodeRows(s *schemas.Shipment) []*episodeRow {
	rows := make([]*episodeRow, len(s.ExceptionEpisodes))
	for i := range s.ExceptionEpisodes {
		rows[i] = &episodeRow{shipment: s, episode: &s.ExceptionEpisodes[i]}
	}
	return rows
}
