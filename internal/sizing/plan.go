package sizing

import (
	"fmt"
	"math"
)

// What the model takes from elsewhere, or chooses.
const (
	busy          = 0.6   // of a core, at the peak: the rest is for restarts, compactions and other days
	sinkMicros    = 12    // of the sink and ClickHouse together for a row (part sink of bench)
	rowsPerEvent  = 4     // that a raw event becomes in ClickHouse's tables
	tableBytes    = 185   // in all of ClickHouse's tables for a raw event (part disk of bench)
	replicas      = 3     // of each topic
	spare         = 1.5   // of disk, for compactions and merges
	baseMemory    = 3.5e9 // of a process, in bytes: full caches, clients, and garbage until it is collected (part soak of bench)
	perPartition  = 1e6   // of memory, in bytes: buffers of a partition
	instanceCores = 4     // of one instance
	secondsOfDay  = 86400 // seconds
)

// Question is what is to be served.
type Question struct {
	ParcelsPerDay float64 `json:"parcels_per_day"`
	Scans         float64 `json:"scans_per_parcel"`    // raw events of a parcel
	Webhooks      float64 `json:"webhooks_per_parcel"` // to all endpoints
	Peak          float64 `json:"peak"`                // the highest rate in the average one's
	FollowedDays  float64 `json:"followed_days"`       // for which a parcel has state
	LogDays       float64 `json:"log_days"`            // for which topics keep records
	TableDays     float64 `json:"table_days"`          // for which ClickHouse keeps rows
}

// Validate refuses what cannot be answered, naming the flag.
func (q *Question) Validate() error {
	for name, v := range map[string]float64{
		"--parcels-per-day": q.ParcelsPerDay, "--scans": q.Scans, "--followed-days": q.FollowedDays, "--log-days": q.LogDays, "--table-days": q.TableDays,
	} {
		if v <= 0 || math.IsInf(v, 0) || math.IsNaN(v) {
			return fmt.Errorf("%s is %g; a number above 0 is wanted", name, v)
		}
	}
	if q.Webhooks < 0 || q.Peak < 1 {
		return fmt.Errorf("--webhooks is %g and --peak is %g; at least 0 and 1 are wanted", q.Webhooks, q.Peak)
	}
	return nil
}

// Plan is what that needs. Cores are at the peak, on the measured machine's.
type Plan struct {
	Question `json:"question"`

	EventsPerSecond float64 `json:"events_per_second"` // on the average
	PeakPerSecond   float64 `json:"peak_per_second"`
	TrackingCores   int     `json:"tracking_cores"`
	DeliveryCores   int     `json:"delivery_cores"`
	TableCores      int     `json:"clickhouse_cores"` // the sink's among them
	BrokerCores     int     `json:"broker_cores"`     // of all brokers
	Instances       int     `json:"instances"`        // of Waybill, of 4 cores each
	Partitions      int     `json:"partitions"`
	Memory          float64 `json:"memory_bytes"` // of one instance
	BrokerDisk      float64 `json:"broker_disk_bytes"`
	StateDisk       float64 `json:"state_disk_bytes"` // of all instances
	TableDisk       float64 `json:"clickhouse_disk_bytes"`

	Constants Constants `json:"constants"`
}

// New makes the plan for a question.
func New(q Question, c Constants) (Plan, error) {
	if err := q.Validate(); err != nil {
		return Plan{}, err
	}
	p := Plan{Question: q, Constants: c}
	p.EventsPerSecond = q.ParcelsPerDay * q.Scans / secondsOfDay
	p.PeakPerSecond = p.EventsPerSecond * q.Peak
	p.TrackingCores = cores(p.PeakPerSecond * c.TrackingMicros)
	p.BrokerCores = cores(p.PeakPerSecond * c.BrokerMicros * replicas)
	p.TableCores = cores(p.PeakPerSecond * rowsPerEvent * sinkMicros)
	p.DeliveryCores = 0
	if q.Webhooks > 0 {
		p.DeliveryCores = cores(p.PeakPerSecond * q.Webhooks / q.Scans * c.DeliveryMicros)
	}
	p.Instances = (p.TrackingCores + p.DeliveryCores + instanceCores - 1) / instanceCores
	p.Partitions = partitions(p.TrackingCores + p.DeliveryCores)
	p.Memory = baseMemory + perPartition*math.Ceil(float64(p.Partitions)/float64(p.Instances))
	p.BrokerDisk = spare * replicas * c.LogBytes * q.ParcelsPerDay * q.Scans * q.LogDays
	p.StateDisk = spare * c.StateBytes * q.ParcelsPerDay * q.FollowedDays
	p.TableDisk = spare * tableBytes * q.ParcelsPerDay * q.Scans * q.TableDays
	return p, nil
}

// cores are as many as a processor time, in microseconds a second, needs.
func cores(micros float64) int { return max(1, int(math.Ceil(micros/1e6/busy))) }

// partitions are twice as many as cores, for they can grow and not shrink: a
// number that many numbers of instances share evenly.
func partitions(cores int) int {
	const even = 12
	return max(even, (2*cores+even-1)/even*even)
}
