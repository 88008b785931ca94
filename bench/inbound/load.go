package inbound

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"waybill/connectors/inbound/proof"
)

// distinct is how many webhooks there are; they come again and again.
const distinct = 2000

// load is webhooks, each a whole HTTP request.
type load struct {
	requests [][]byte
	events   []int
	bodies   int // bytes of them
}

// newLoad makes and signs webhooks of Shippo with one or two scans each.
func newLoad(address string, seed uint64) (*load, error) {
	sign, err := proof.New(proof.Config{Scheme: proof.Shippo, Secrets: []string{secret}})
	if err != nil {
		return nil, err
	}
	l, random, now := new(load), rand.New(rand.NewPCG(seed, 0)), time.Now()
	for i := range distinct {
		events := 1 + i%2
		body, err := json.Marshal(payload(i, events, random))
		if err != nil {
			return nil, fmt.Errorf("writing a webhook: %w", err)
		}
		r := &proof.Request{Method: http.MethodPost, Header: http.Header{}, Query: url.Values{}, Body: body, Time: now}
		if err := sign.Sign(r); err != nil {
			return nil, err
		}
		var text strings.Builder
		fmt.Fprintf(&text, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nUser-Agent: Shippo\r\nContent-Length: %d\r\n", path, address, len(body))
		if err := r.Header.Write(&text); err != nil {
			return nil, fmt.Errorf("writing a webhook: %w", err)
		}
		text.WriteString("\r\n" + string(body))
		l.requests, l.events, l.bodies = append(l.requests, []byte(text.String())), append(l.events, events), l.bodies+len(body)
	}
	return l, nil
}

// payload is a webhook of 2 to 4 KB, most of which says nothing of the parcel's
// way.
func payload(number, events int, random *rand.Rand) map[string]any {
	place := map[string]any{"city": "Berkeley", "state": "CA", "zip": "94705", "country": "US"}
	history := make([]map[string]any, events)
	for i := range history {
		at := time.Date(2026, 3, 1, 10+i, number%60, 0, 0, time.UTC).Format(time.RFC3339)
		history[i] = map[string]any{
			"object_id": fmt.Sprintf("%032x", random.Uint64()), "object_created": at, "object_updated": at, "status": "TRANSIT", "status_date": at,
			"status_details": "Your shipment has departed from the origin facility.", "location": place,
			"substatus": map[string]any{"code": "package_departed", "text": "Package has departed from a facility.", "action_required": false},
		}
	}
	return map[string]any{
		"event": "track_updated", "test": false,
		"data": map[string]any{
			"carrier": "usps", "tracking_number": fmt.Sprintf("92055901649173%08d", number), "address_from": place, "address_to": place,
			"eta": "2026-03-05T00:00:00Z", "metadata": fmt.Sprint("order ", number), "messages": []string{strings.Repeat("x", 1000+random.IntN(1500))},
			"servicelevel": map[string]any{"token": "usps_priority", "name": "Priority Mail"}, "tracking_status": history[events-1], "tracking_history": history,
		},
	}
}

// send sends so many webhooks over connections at a time, and returns when all
// are answered with 200.
func (l *load) send(ctx context.Context, address string, count, connections int) error {
	g, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range connections {
		g.Go(func() error {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
			if err != nil {
				return fmt.Errorf("sending webhooks: %w", err)
			}
			defer conn.Close() //nolint:errcheck // all that it had was read
			answers := bufio.NewReader(conn)
			for i := int(next.Add(1) - 1); i < count; i = int(next.Add(1) - 1) {
				if _, err := conn.Write(l.requests[i%distinct]); err != nil {
					return fmt.Errorf("sending webhooks: %w", err)
				}
				if err := taken(answers); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// taken reads the answer to a webhook, and wants 200.
func taken(from *bufio.Reader) error {
	answer, err := http.ReadResponse(from, nil)
	if err != nil {
		return fmt.Errorf("reading the answer to a webhook: %w", err)
	}
	defer answer.Body.Close() //nolint:errcheck // it is read to the end
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return fmt.Errorf("reading the answer to a webhook: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("sending webhooks: the answer is %s", answer.Status)
	}
	return nil
}

// told is how many events so many webhooks tell.
func (l *load) told(count int) int {
	sum := 0
	for i := range count {
		sum += l.events[i%distinct]
	}
	return sum
}
