package main

import (
	"context"

	"waybill/connectors/replay"
	"waybill/schemas"
)

// publish sends records as the deployment's clock wants them. With --clock live
// they bear the time at which they are sent; with --clock log their own, and
// ticks end the replay (E8).
func publish(ctx context.Context, g *globals, codecs *schemas.Codecs, records []replay.Record) (replay.Published, error) {
	client, err := openKafka(ctx, g) // tells at once when nobody is there
	if err != nil {
		return replay.Published{}, err
	}
	client.Close()
	live := g.settings.Pipeline.Clock == "live"
	bar := newProgress("published")
	sent, err := replay.Publish(ctx, replay.PublishConfig{
		Kafka: kafkaOptions(g.settings, g.log), Codecs: codecs, Prefix: g.settings.Kafka.Prefix, WallClock: live, NoTick: live,
	}, records, bar.update)
	bar.end(err)
	return sent, wayOut(err)
}
