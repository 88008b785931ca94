package webhooks

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

const (
	tenant = "bench"
	// secret signs every webhook of a bench.
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	// leastBody and mostBody bound the bodies of the standard load, in bytes.
	leastBody, mostBody = 600, 2 << 10
	// perShipment is how many webhooks one shipment has, far apart on the log.
	perShipment = 3
	// idPrefix stands before a webhook's number in its id.
	idPrefix = "msg_"
)

// jobs is a load of webhooks: perShipment for each shipment, and each shipment
// with one endpoint.
type jobs struct {
	codec        *schemas.Codec[schemas.WebhookJob]
	first, count int // numbers
	// endpoint gives the number of the endpoint that a shipment's webhooks go to.
	endpoint    func(shipment int) int
	least, most int // bytes of a body
	seed        uint64
}

// evenly spreads shipments over endpoints.
func evenly(endpoints int) func(shipment int) int {
	return func(shipment int) int { return shipment % endpoints }
}

// shipmentOf spreads a shipment's webhooks over the load.
func (j *jobs) shipmentOf(i int) (shipment, sequence int) {
	shipments := (j.count + perShipment - 1) / perShipment
	return i % shipments, i/shipments + 1
}

// answered is how many of them go to endpoints from a number on.
func (j *jobs) answered(from int) (count int) {
	for i := range j.count {
		if shipment, _ := j.shipmentOf(i); j.endpoint(shipment) >= from {
			count++
		}
	}
	return count
}

// each makes the jobs in order.
func (j *jobs) each(do func(number int, job *schemas.WebhookJob)) {
	random := rand.New(rand.NewPCG(j.seed, 0))
	filler := make([]byte, j.most)
	for i := range filler {
		filler[i] = byte('a' + random.IntN(16)) // text that packs by half or so
	}
	now := time.Now().UTC()
	for i := range j.count {
		shipment, sequence := j.shipmentOf(i)
		number := j.first + i
		id := idOf(number)
		do(number, &schemas.WebhookJob{
			JobID: id, EndpointID: endpointID(j.endpoint(shipment)), Tenant: tenant,
			Carrier: "bench", TrackingNumber: fmt.Sprintf("P%d", j.first+shipment), Epoch: now, RegistrationID: "r", Cause: "x",
			Sequence: int64(sequence), Revision: int64(sequence), Type: schemas.TypeStatusChanged, Types: []string{schemas.TypeStatusChanged},
			Body: body(id, filler, j.least+random.IntN(j.most-j.least+1)), Trigger: schemas.TriggerEvent, CreatedAt: now,
		})
	}
}

// body is a JSON object of so many bytes.
func body(id string, filler []byte, size int) []byte {
	const frame = `{"id":"","text":""}`
	b := bytes.NewBuffer(make([]byte, 0, size))
	fmt.Fprintf(b, `{"id":"%s","text":"%s"}`, id, filler[:size-len(frame)-len(id)])
	return b.Bytes()
}

// write writes them to webhook-jobs.
func (j *jobs) write(produce func(*kgo.Record)) error {
	var failed error
	j.each(func(_ int, job *schemas.WebhookJob) {
		r, err := record(j.codec, job)
		if err != nil {
			failed = err
			return
		}
		produce(r)
	})
	return failed
}

// record is a job as it lies on webhook-jobs.
func record(codec *schemas.Codec[schemas.WebhookJob], job *schemas.WebhookJob) (*kgo.Record, error) {
	shipment, err := schemas.ShipmentKey(job.Carrier, job.TrackingNumber)
	if err != nil {
		return nil, err
	}
	value, err := codec.Encode(job)
	if err != nil {
		return nil, fmt.Errorf("encoding a webhook: %w", err)
	}
	return &kgo.Record{Topic: schemas.TopicWebhookJobs, Key: []byte(schemas.JobKey(job.EndpointID, shipment)), Value: value}, nil
}

func idOf(number int) string { return fmt.Sprintf("%s%09d", idPrefix, number) }

// numberOf is the number in a webhook's id, -1 for another id.
func numberOf(id string) int {
	text, ours := strings.CutPrefix(id, idPrefix)
	number, err := strconv.Atoi(text)
	if !ours || err != nil {
		return -1
	}
	return number
}

func endpointID(number int) string { return "ep_" + strconv.Itoa(number) }
