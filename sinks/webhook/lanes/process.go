package lanes

import "time"

const (
	// trustedShare and newShare are how much of the free seats a lane may hold,
	// as a multiple: one that does well, and one that is not known to. A hundred
	// of the second kind leave one seat in seven free, whatever they want.
	trustedShare = 8
	newShare     = 1.0 / 16
	// quickPlaces is how many may wait in all, as a multiple of the seats. Only
	// those of quick endpoints can be that many: others share one such multiple.
	quickPlaces = 4
	// maxBytes bounds the memory of the calls that are here (E12).
	maxBytes = 256 << 20
	// linePortion is how many lanes are looked at when a seat of the process
	// becomes free.
	linePortion = 4
)

// process is what all lanes share.
type process struct {
	seats   int
	used    int
	waiting int
	bytes   int
	line    []*lane // those without any seat, for want of one, in turn
}

// blocked tells whether the process has no seat for one more call of a lane.
func (p *process) blocked(n *lane, bytes int, now time.Time) bool {
	free := p.seats - p.used
	share := newShare
	if n.trusted(now) {
		share = trustedShare
	}
	return free <= 0 || float64(n.inFlight) >= max(1, float64(free)*share) || p.tooLarge(bytes)
}

// tooLarge tells whether there is no memory for a call. One alone has it always.
func (p *process) tooLarge(bytes int) bool { return p.bytes > 0 && p.bytes+bytes > maxBytes }

// places is how many more may wait of those that are not quick.
func (p *process) places() int { return max(0, p.seats-p.waiting) }

// full tells whether nobody more may wait.
func (p *process) full(bytes int) bool {
	return p.waiting >= quickPlaces*p.seats || p.tooLarge(bytes)
}

// standInLine puts a lane into the line for a seat. A lane that has seats looks
// again by itself whenever it leaves one.
func (p *process) standInLine(n *lane) {
	if n.inFlight == 0 && !n.starved {
		n.starved = true
		p.line = append(p.line, n)
	}
}

// nextInLine takes out the lane that has stood longest, nil for none.
func (p *process) nextInLine() *lane {
	if len(p.line) == 0 {
		return nil
	}
	n := p.line[0]
	p.line[0], p.line = nil, p.line[1:]
	n.starved = false
	return n
}
