// Package deadletters lists what could not be read, and sends it again.
//
// A dead letter is the record as it came, bytes and headers unchanged, with
// headers that say where it lay and what was wrong. It may import schemas and
// internal/topiclog. Start reading at List and Resend.
package deadletters
