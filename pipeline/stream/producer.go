package stream

import (
	"hash/crc32"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/stream/layout"
)

// producer is what kind of client put a record where it does not belong. A
// record does not name its client, and names would be no closed set; but where
// it lies, under which key, tells what is to be mended. One that hashes in
// another way puts some keys right by chance: those are not counted.
type producer string

const (
	producerKeyless    producer = "keyless"    // it sends no key, and the record lies anywhere
	producerLibrdkafka producer = "librdkafka" // it hashes with CRC-32, as librdkafka does unless it is told to use murmur2_random
	producerSpelling   producer = "spelling"   // it hashes as it should, a key that is not written as it should be
	producerOther      producer = "other"      // another hash, or another number of partitions
)

func producerOf(r job.Record, partitions int) producer {
	switch {
	case len(r.Key) == 0:
		return producerKeyless
	case layout.PartitionOf(r.Key, partitions) == r.Partition:
		return producerSpelling
	case crc32.ChecksumIEEE(r.Key)%uint32(partitions) == uint32(r.Partition):
		return producerLibrdkafka
	}
	return producerOther
}
