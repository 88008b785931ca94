package polling

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/schemas"
)

func (p *Poller) topic() string { return p.cfg.Prefix + schemas.TopicPollRequests }

// assigned takes partitions. What an account may ask is shared by partitions, so
// that all instances together keep to it.
func (p *Poller) assigned(ctx context.Context, client *kgo.Client, partitions map[string][]int32) {
	all := 0
	details, err := kadm.NewClient(client).ListTopics(ctx, p.topic())
	if err == nil {
		err = details.Error()
	}
	if err != nil {
		p.log.Warn("asking for the partitions of poll requests; this instance asks as if it were alone", "err", err)
	} else {
		all = len(details[p.topic()].Partitions)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.joined, p.all = true, all
	for _, partition := range partitions[p.topic()] {
		p.owned[partition], p.committed[partition] = &ledger{}, 0
	}
	p.shareAnew()
}

// revoked gives partitions back: what waits of them is forgotten, what is under
// way is finished, so that nobody asks about the same parcel beside us.
func (p *Poller) revoked(ctx context.Context, _ *kgo.Client, partitions map[string][]int32) {
	p.leave(partitions, stopWait)
	p.commit(ctx)
	p.forgetPartitions(partitions)
}

// lost is revoked where others may have the partitions already.
func (p *Poller) lost(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
	p.leave(partitions, 0)
	p.forgetPartitions(partitions)
}

func (p *Poller) leave(partitions map[string][]int32, patience time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	over := patience == 0
	timer := time.AfterFunc(patience, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		over = true
		p.settled.Broadcast()
	})
	defer timer.Stop()
	for {
		underWay := 0
		for _, partition := range partitions[p.topic()] {
			underWay += p.board.leave(partition)
		}
		if underWay == 0 || over {
			return
		}
		p.settled.Wait()
	}
}

func (p *Poller) forgetPartitions(partitions map[string][]int32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, partition := range partitions[p.topic()] {
		delete(p.owned, partition)
		delete(p.committed, partition)
	}
	p.shareAnew()
}

// share is this process's part of what each account may ask.
func (p *Poller) share() float64 {
	if p.all == 0 {
		return 1
	}
	return float64(max(1, len(p.owned))) / float64(max(p.all, len(p.owned)))
}

func (p *Poller) shareAnew() {
	for _, w := range p.workers {
		w.set(w.account)
	}
}

// keep follows the accounts and commits, every second.
func (p *Poller) keep(ctx context.Context) error {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			p.mu.Lock()
			p.follow()
			p.mu.Unlock()
			p.commit(ctx)
		}
	}
}

// commit tells Kafka how far requests are answered. What fails is told with the
// next.
func (p *Poller) commit(ctx context.Context) {
	p.mu.Lock()
	offsets := make(map[int32]kgo.EpochOffset)
	for partition, own := range p.owned {
		if at := own.committable(); at > p.committed[partition] {
			offsets[partition] = kgo.EpochOffset{Epoch: -1, Offset: at}
		}
	}
	p.mu.Unlock()
	if len(offsets) == 0 {
		return
	}
	failed := func(err error) {
		p.unread.Do(func() { p.log.Warn("committing offsets of poll requests", "err", err) })
	}
	p.client.CommitOffsetsSync(ctx, map[string]map[int32]kgo.EpochOffset{p.topic(): offsets}, func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, answer *kmsg.OffsetCommitResponse, err error) {
		if err != nil {
			failed(err)
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, topic := range answer.Topics {
			for _, partition := range topic.Partitions {
				if partition.ErrorCode != 0 {
					failed(fmt.Errorf("partition %d: error code %d", partition.Partition, partition.ErrorCode))
				} else if p.owned[partition.Partition] != nil {
					p.committed[partition.Partition] = offsets[partition.Partition].Offset
				}
			}
		}
	})
}
