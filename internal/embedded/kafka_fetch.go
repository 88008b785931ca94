package embedded

import (
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// largestFetch is what one answer may hold, bytes. Clients refuse answers over
// 100 MiB (franz-go, librdkafka and Java by default), so it lies below that.
const largestFetch = 90 << 20

// keepAborts makes an answer to a fetch end by the bounds of its partitions.
// When it ends by the bound of the whole, kfake leaves out which transactions of
// the last partition were aborted, and a reader of committed records takes them
// for committed. A partition's bound is 1 MiB by default, so it takes some 90
// partitions with that much to read before the whole matters again.
func keepAborts(cluster *kfake.Cluster) {
	cluster.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		if fetch, ok := req.(*kmsg.FetchRequest); ok {
			fetch.MaxBytes = max(fetch.MaxBytes, largestFetch)
		}
		return nil, nil, false
	})
}
