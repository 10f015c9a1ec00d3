package notice

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"keyturn/internal/audit"
)

// Errors of letters.
var (
	ErrAddress  = errors.New("notice: the mail server knows no such address")
	ErrNoLetter = errors.New("notice: no letter is due")
	ErrClaimed  = errors.New("notice: another node has the letter now")
)

// When a letter that wasn't taken is tried again, and until when.
const (
	lookEvery = time.Second
	firstWait = 30 * time.Second // doubled by each try
	mostWait  = time.Hour
	givesUp   = 24 * time.Hour // from the event; then nobody reads it as news any more
)

// A Courier sends what stands in the store: any number of nodes, each letter by one of
// them. Its fields are set before [Courier.Run].
//
// A claim is one conditional statement and lasts for Lease. A node that dies before the
// mail server has the letter loses nothing: when the claim is over, another sends it. One
// that dies after the mail server has taken the letter, and before that is written down,
// makes it be sent a second time, under the same message id: at least once, and at most
// once more than the node died in that moment.
type Courier struct {
	Letters Letters
	Post    Post
	Writer  Writer
	Lease   time.Duration // longer than a try takes
	Now     func() time.Time
	Log     *slog.Logger
}

// Letters keeps letters. The store implements it; each method is one atomic step with
// its event.
type Letters interface {
	// LetterDue reports whether a letter waits.
	LetterDue(ctx context.Context, at time.Time) (bool, error)

	// ClaimLetter takes the letter that is due for longest and moves it to until: of any
	// number of callers one gets it. [ErrNoLetter] if there is none.
	ClaimLetter(ctx context.Context, until time.Time, ev audit.Event) (Letter, error)

	// EndLetter forgets a letter, sent or given up. [ErrClaimed] if the claim was over
	// and somebody else has it.
	EndLetter(ctx context.Context, l Letter, ev audit.Event) error

	// DelayLetter moves a letter to its next try.
	DelayLetter(ctx context.Context, l Letter, due time.Time) error
}

// Post hands a message to a mail server. Package mail implements it.
type Post interface {
	// Send returns when the mail server has taken it. [ErrAddress] doesn't pass.
	Send(ctx context.Context, m Message) error
}

// Run sends letters until ctx ends. What is being sent then is finished.
func (c *Courier) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		for ctx.Err() == nil && c.next(context.WithoutCancel(ctx)) {
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// next sends one letter, and reports whether to look for another at once.
func (c *Courier) next(ctx context.Context) bool {
	now := c.Now()
	due, err := c.Letters.LetterDue(ctx, now)
	if err != nil || !due {
		c.failed(ctx, "letters can't be read", err)
		return false
	}
	l, err := c.Letters.ClaimLetter(ctx, now.Add(c.Lease), audit.Event{Kind: audit.LetterClaimed, At: now})
	if errors.Is(err, ErrNoLetter) {
		return false // another node was first
	}
	if err != nil {
		c.failed(ctx, "letters can't be claimed", err)
		return false
	}
	if err := c.deliver(ctx, l); err != nil && !errors.Is(err, ErrClaimed) {
		c.failed(ctx, "a letter's end can't be kept", err)
		return false
	}
	return true
}

// deliver sends a letter that was claimed, and writes down what became of it.
func (c *Courier) deliver(ctx context.Context, l Letter) error {
	m, err := c.Writer.Message(l)
	if err == nil {
		err = c.Post.Send(ctx, m)
	}
	now := c.Now()
	ev := audit.Event{At: now, Account: l.Account, Subject: l.ID, Reference: l.Reference,
		Detail: map[string]string{"kind": string(l.Kind), "to": string(l.Role)}}
	if err == nil {
		return c.Letters.EndLetter(ctx, l, ev.As(audit.LetterSent))
	}
	wait := min(firstWait<<min(l.Tries-1, 10), mostWait)
	if last := l.At.Add(givesUp); errors.Is(err, ErrAddress) || now.Add(wait).After(last) {
		c.Log.LogAttrs(ctx, slog.LevelError, "a letter was given up", slog.String("letter", l.ID), slog.String("account", l.Account),
			slog.String("kind", string(l.Kind)), slog.Int("tries", l.Tries), slog.Any("err", err))
		return c.Letters.EndLetter(ctx, l, ev.As(audit.LetterFailed))
	}
	c.Log.LogAttrs(ctx, slog.LevelWarn, "a letter wasn't taken", slog.String("letter", l.ID), slog.String("account", l.Account),
		slog.Int("tries", l.Tries), slog.Duration("again_in", wait), slog.Any("err", err))
	return c.Letters.DelayLetter(ctx, l, now.Add(wait))
}

func (c *Courier) failed(ctx context.Context, what string, err error) {
	if err != nil {
		c.Log.LogAttrs(ctx, slog.LevelError, what, slog.Any("err", err))
	}
}
