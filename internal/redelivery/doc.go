// Package redelivery sends webhooks again by hand (W11): the same id and the
// same bytes, from where they lie on webhook-jobs, written there once more with
// the trigger manual. Delivery then calls as ever, outside the order of W2.
//
// Which webhooks are meant, ClickHouse tells (internal/webhooklog). What goes
// out comes from Kafka alone. Each run leaves an event on endpoint-events for
// each endpoint that it touches.
//
// It may import schemas, internal/topiclog, internal/webhooklog and the Kafka
// client. Start reading at Client.Run in run.go, then shelf.go.
package redelivery
