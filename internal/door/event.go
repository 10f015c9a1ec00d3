package door

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"keyturn/internal/hint"
	"keyturn/internal/page"
)

// An Event tells a page that waits what has happened. It has no secret, A26.
type Event struct {
	State string `json:"state"`          // of the request or activation, spec §8.7 and §6.7
	Page  string `json:"page"`           // what should be on screen: if it is another one than now, the page loads itself again
	Say   string `json:"say,omitempty"`  // the status line, in the person's language
	Left  int    `json:"left"`           // seconds until the state ends by itself; 0: never, or it has ended
	Scan  int    `json:"scan,omitempty"` // of a QR code: which one it is, counted from 1
	Read  bool   `json:"read,omitempty"` // of a QR code: a phone has read it
	Ends  int64  `json:"-"`              // the same as Left as an instant, in Unix seconds: it only moves if somebody prolongs
}

// tells reports whether an event says anything that the last one did not: several
// hints may be about one change.
func (ev Event) tells(last Event) bool {
	last.Left = ev.Left
	return ev != last
}

// A Reading reads the state anew. end is how long the state can last without a
// hint, 0 if it is the last one.
type Reading func(context.Context) (ev Event, end time.Duration, err error)

// Follow sends a state, and then the next whenever there may be one: after a
// hint, or when its time is over. A browser that asks for JSON gets one state
// and is done. Tens of thousands of people wait at once, so a stream keeps
// nothing but what it needs to look again.
func (d *Door) Follow(
	w http.ResponseWriter, r *http.Request, id string, watch func(string) (<-chan struct{}, func()), next Reading,
) error {
	hints, stop := watch(id)
	defer stop()
	s, err := d.stream(w, r, id, next)
	if s == nil {
		return err
	}
	defer s.leave()
	s.run(hints)
	return nil
}

// A stream tells one browser what happens.
type stream struct {
	hint.Follow
	ctx   context.Context
	w     io.Writer
	out   *http.ResponseController
	next  Reading
	last  Event
	end   time.Duration // how long the last state can last
	leave func()        // makes room for another stream
}

// stream begins one with a first state. It is nil if that is all.
func (d *Door) stream(w http.ResponseWriter, r *http.Request, id string, next Reading) (*stream, error) {
	s := &stream{ctx: r.Context(), w: w, next: next}
	line, err := s.look()
	if err != nil {
		return nil, err
	}
	if r.Header.Get("Accept") == "application/json" {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(line) // the browser has gone: it asks again
		return nil, nil
	}
	if s.leave, err = d.streams.enter(id); err != nil {
		return nil, err
	}
	s.out = begin(w)
	if r.Method == http.MethodHead || !s.send("retry: 1000\ndata: ", line) || s.end <= 0 {
		s.leave()
		return nil, nil
	}
	s.Follow = hint.Follow{Beat: beat, Beats: s.beats, Over: d.Draining.Done()}
	return s, nil
}

// run sends the states after the first one. Whatever ends it, the browser comes back
// and is told by a first one.
func (s *stream) run(hints <-chan struct{}) {
	_ = s.Until(s.ctx, hints, max(s.end, time.Second), s.more)
}

func (s *stream) beats() bool { return s.send(":", nil) }

func (s *stream) more() (lasts time.Duration, more bool, err error) {
	line, err := s.look()
	gone := line != nil && !s.send("data: ", line)
	return max(s.end, time.Second), s.end > 0 && !gone, err
}

// begin makes an answer a stream.
func begin(w http.ResponseWriter) *http.ResponseController {
	page.Stream(w.Header())
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would keep events back
	return http.NewResponseController(w)
}

// sendIn is how long a browser has to take a few bytes. One that takes none any more, and
// doesn't hang up either, would keep its stream, and everybody's place, for ever.
const sendIn = 20 * time.Second

func (s *stream) send(before string, line []byte) bool {
	_ = s.out.SetWriteDeadline(time.Now().Add(sendIn)) // a writer without deadlines has no slow reader
	_, err := io.WriteString(s.w, before)
	if err == nil {
		_, err = s.w.Write(append(line, "\n\n"...))
	}
	if err == nil {
		err = s.out.Flush()
	}
	_ = s.out.SetWriteDeadline(time.Time{}) // what is over by HTTP/2 ends the stream, sent or not
	return err == nil
}

// look looks on another goroutine: a query needs a deep stack, and the stack of
// a goroutine that then sleeps for minutes would stay as large. The line is nil if
// the event tells nothing new.
func (s *stream) look() (line []byte, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if fault := recover(); fault != nil {
				err = fmt.Errorf("door: look: %v", fault)
			}
		}()
		var ev Event
		if ev, s.end, err = s.next(s.ctx); err == nil && ev.tells(s.last) {
			s.last = ev
			line, err = json.Marshal(ev)
		}
	}()
	<-done
	return line, err
}

// beat is how often a stream says that it lives, in a comment: what stands between closes
// one that is silent, nginx after a minute and some balancers after half of one.
const beat = 20 * time.Second
