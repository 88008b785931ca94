package webhook

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Types and codes of RFC 1035 and RFC 3596.
const (
	dnsA        = 1
	dnsCNAME    = 5
	dnsAAAA     = 28
	dnsServFail = 2
	dnsNXDomain = 3
)

// dnsAnswer is what a name server says of a name.
type dnsAnswer struct {
	alias  string // the name is another name for it
	addrs  []netip.Addr
	code   byte
	silent bool // it never answers
}

// newDNS starts a name server on loopback and returns a resolver that asks it
// alone. answer gets the name without its last dot, and how often its addresses
// of that kind were asked for before.
func newDNS(t testing.TB, answer func(name string, before int) dnsAnswer) *net.Resolver {
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		before, buffer := map[string]int{}, make([]byte, 1500)
		for {
			n, from, err := socket.ReadFrom(buffer)
			if err != nil {
				return
			}
			question := buffer[:n]
			name, end := dnsName(question, 12)
			kind := binary.BigEndian.Uint16(question[end:])
			key := name + string(rune(kind))
			a := answer(name, before[key])
			before[key]++
			if !a.silent {
				_, _ = socket.WriteTo(dnsReply(question[:end+4], kind, a), from)
			}
		}
	})
	t.Cleanup(func() { _ = socket.Close(); serving.Wait() })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, "udp", socket.LocalAddr().String())
		if err == nil {
			// Go waits five seconds for an answer that nobody waits for any more.
			context.AfterFunc(ctx, func() { _ = conn.Close() })
		}
		return conn, err
	}}
}

// dnsName reads a name and returns where it ends.
func dnsName(message []byte, at int) (string, int) {
	var labels []string
	for message[at] != 0 {
		length := int(message[at])
		labels = append(labels, string(message[at+1:at+1+length]))
		at += 1 + length
	}
	return strings.Join(labels, "."), at + 1
}

func dnsReply(question []byte, kind uint16, a dnsAnswer) []byte {
	var records [][]byte
	owner := []byte{0xc0, 12} // the name of the question
	if a.alias != "" {
		var target []byte
		for label := range strings.SplitSeq(a.alias, ".") {
			target = append(append(target, byte(len(label))), label...)
		}
		target = append(target, 0)
		records, owner = append(records, dnsRecord(owner, dnsCNAME, target)), target
	}
	for _, addr := range a.addrs {
		if addr.Is4() == (kind == dnsA) {
			records = append(records, dnsRecord(owner, kind, addr.AsSlice()))
		}
	}
	reply := append([]byte{question[0], question[1], 0x81, 0x80 | a.code, 0, 1, 0, byte(len(records)), 0, 0, 0, 0}, question[12:]...)
	for _, record := range records {
		reply = append(reply, record...)
	}
	return reply
}

// dnsRecord is one that must not be remembered.
func dnsRecord(owner []byte, kind uint16, data []byte) []byte {
	record := binary.BigEndian.AppendUint16(slices.Clip(owner), kind)
	record = append(record, 0, 1, 0, 0, 0, 0) // class IN, 0 s
	return append(binary.BigEndian.AppendUint16(record, uint16(len(data))), data...)
}

// always is a name server that says the same of every name.
func always(addresses ...string) func(string, int) dnsAnswer {
	return func(string, int) dnsAnswer { return dnsAnswer{addrs: addrs(addresses...)} }
}
