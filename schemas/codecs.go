package schemas

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
)

//go:embed avro/*.avsc
var avscFiles embed.FS

// Codecs holds the codec of every record of the contract.
type Codecs struct {
	Registration    *Codec[Registration]
	CarrierEvent    *Codec[CarrierEvent]
	TrackingEvent   *Codec[TrackingEvent]
	Decision        *Codec[Decision]
	Shipment        *Codec[Shipment]
	EndpointCommand *Codec[EndpointCommand]
	EndpointEvent   *Codec[EndpointEvent]
	EndpointSignal  *Codec[EndpointSignal]
	WebhookEndpoint *Codec[WebhookEndpoint]
	WebhookJob      *Codec[WebhookJob]
	WebhookAttempt  *Codec[WebhookAttempt]
	Baseline        *Codec[Baseline]
	Usage           *Codec[Usage]
	Quota           *Codec[Quota]
	PollRequest     *Codec[PollRequest]
	AuditEntry      *Codec[AuditEntry]
}

// NewCodecs reads every published schema and makes the codecs, without a schema
// registry. An error means that the schemas of this build are broken.
func NewCodecs() (*Codecs, error) { return Confluent{}.NewCodecs() }

// NewCodecs is the function of that name, for codecs that know the registry.
func (with Confluent) NewCodecs() (*Codecs, error) {
	versions, err := Versions()
	if err != nil {
		return nil, err
	}
	files := published{versions, with}
	c := &Codecs{}
	for _, err := range []error{
		load(files, "registration", "Registration", form[Registration]{appendRegistration, parseRegistration}, &c.Registration),
		load(files, "carrier_event", "CarrierEvent", form[CarrierEvent]{appendCarrierEvent, parseCarrierEvent}, &c.CarrierEvent),
		load(files, "tracking_event", "TrackingEvent", form[TrackingEvent]{appendTrackingEvent, parseTrackingEvent}, &c.TrackingEvent),
		load(files, "decision", "Decision", form[Decision]{appendDecision, parseDecision}, &c.Decision),
		load(files, "shipment", "Shipment", form[Shipment]{appendShipment, parseShipment}, &c.Shipment),
		load(files, "endpoint_command", "EndpointCommand", form[EndpointCommand]{appendEndpointCommand, parseEndpointCommand}, &c.EndpointCommand),
		load(files, "endpoint_event", "EndpointEvent", form[EndpointEvent]{appendEndpointEvent, parseEndpointEvent}, &c.EndpointEvent),
		load(files, "endpoint_signal", "EndpointSignal", form[EndpointSignal]{appendEndpointSignal, parseEndpointSignal}, &c.EndpointSignal),
		load(files, "webhook_endpoint", "WebhookEndpoint", form[WebhookEndpoint]{appendWebhookEndpoint, parseWebhookEndpoint}, &c.WebhookEndpoint),
		load(files, "webhook_job", "WebhookJob", form[WebhookJob]{appendWebhookJob, parseWebhookJob}, &c.WebhookJob),
		load(files, "webhook_attempt", "WebhookAttempt", form[WebhookAttempt]{appendWebhookAttempt, parseWebhookAttempt}, &c.WebhookAttempt),
		load(files, "baseline", "Baseline", form[Baseline]{appendBaseline, parseBaseline}, &c.Baseline),
		load(files, "usage", "Usage", form[Usage]{appendUsage, parseUsage}, &c.Usage),
		load(files, "quota", "Quota", form[Quota]{appendQuota, parseQuota}, &c.Quota),
		load(files, "poll_request", "PollRequest", form[PollRequest]{appendPollRequest, parsePollRequest}, &c.PollRequest),
		load(files, "audit_entry", "AuditEntry", form[AuditEntry]{appendAuditEntry, parseAuditEntry}, &c.AuditEntry),
	} {
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

// published is what the codecs of the contract are made of.
type published struct {
	versions map[string][]string
	with     Confluent
}

func load[T any](from published, file, name string, newest form[T], into **Codec[T]) error {
	versions := from.versions[file]
	if len(versions) == 0 {
		return fmt.Errorf("making the codec of %s: avro/%s.v1.avsc is missing", name, file)
	}
	c, err := newCodec[T](name, versions...)
	if err != nil {
		return err
	}
	c.form = newest
	c.meet(from.with)
	*into = c
	return nil
}

// Versions returns the .avsc texts of every published version by record file
// name, oldest first. Files are named <record>.v<number>.avsc.
func Versions() (map[string][]string, error) {
	names, err := fs.Glob(avscFiles, "avro/*.avsc")
	if err != nil {
		return nil, fmt.Errorf("listing the schemas: %w", err)
	}
	sort.Slice(names, func(i, j int) bool { return versionOf(names[i]) < versionOf(names[j]) })
	texts := make(map[string][]string)
	for _, name := range names {
		text, err := avscFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading schema %s: %w", name, err)
		}
		record, _, _ := strings.Cut(path.Base(name), ".v")
		texts[record] = append(texts[record], string(text))
		if versionOf(name) != len(texts[record]) {
			return nil, fmt.Errorf("reading schema %s: versions of %s are not numbered 1, 2, 3", name, record)
		}
	}
	return texts, nil
}

func versionOf(name string) int {
	_, version, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".avsc"), ".v")
	n, err := strconv.Atoi(version)
	if err != nil {
		return -1
	}
	return n
}
