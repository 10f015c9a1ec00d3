package approval_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/audit"
	"keyturn/internal/device"
	"keyturn/internal/device/devicetest"
	"keyturn/internal/store"
)

// A ledger is the database, with a list of the steps that answers take in it. A
// test may look at each before it happens, and make it fail.
type ledger struct {
	*store.DB
	mu    sync.Mutex
	steps []string
	at    func(step string) error
}

func (l *ledger) step(name string) error {
	l.mu.Lock()
	l.steps = append(l.steps, name)
	l.mu.Unlock()
	if l.at == nil {
		return nil
	}
	return l.at(name)
}

// taken returns the steps since the last call.
func (l *ledger) taken() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	steps := l.steps
	l.steps = nil
	return steps
}

func (l *ledger) Request(ctx context.Context, id string) (approval.Request, error) {
	if err := l.step("read"); err != nil {
		return approval.Request{}, err
	}
	return l.DB.Request(ctx, id)
}

func (l *ledger) CountAnswer(ctx context.Context, c device.Count, ev, evClone audit.Event) (*device.Result, error) {
	if err := l.step("count"); err != nil {
		return nil, err
	}
	return l.DB.CountAnswer(ctx, c, ev, evClone)
}

func (l *ledger) Judged(ctx context.Context, v device.Verdict, ev, evLocked audit.Event) (int, error) {
	if err := l.step("judged"); err != nil {
		return 0, err
	}
	return l.DB.Judged(ctx, v, ev, evLocked)
}

func (l *ledger) TryNumber(ctx context.Context, id, phone string, tries, row int, ev audit.Event) error {
	if err := l.step("try"); err != nil {
		return err
	}
	return l.DB.TryNumber(ctx, id, phone, tries, row, ev)
}

func (l *ledger) MissNumber(
	ctx context.Context, id string, v device.Verdict, tries, row int, ev, evFailed, evStopped audit.Event,
) (int, error) {
	if err := l.step("miss"); err != nil {
		return 0, err
	}
	return l.DB.MissNumber(ctx, id, v, tries, row, ev, evFailed, evStopped)
}

func (l *ledger) MissResponse(ctx context.Context, id string, ev, evFailed, evOff audit.Event) (int, error) {
	if err := l.step("miss"); err != nil {
		return 0, err
	}
	return l.DB.MissResponse(ctx, id, ev, evFailed, evOff)
}

func (l *ledger) Decide(ctx context.Context, d approval.Decision, ev audit.Event) error {
	if err := l.step("decide"); err != nil {
		return err
	}
	return l.DB.Decide(ctx, d, ev)
}

func (l *ledger) Requests(ctx context.Context, account string, at, since time.Time) ([]approval.Request, error) {
	if err := l.step("list"); err != nil {
		return nil, err
	}
	return l.DB.Requests(ctx, account, at, since)
}

// uncounted are devices that count nothing, so that one phone can send any number
// of answers at once.
type uncounted struct{ *device.Service }

func (uncounted) Count(context.Context, device.Device, int64, string, string, bool) (*device.Result, error) {
	return nil, nil
}

var _ approval.Store = (*ledger)(nil)
var _ device.Store = (*ledger)(nil)

// forgetful decides, and then doesn't know that it did.
type forgetful struct{ approval.Store }

func (f forgetful) Decide(ctx context.Context, d approval.Decision, ev audit.Event) error {
	return errors.Join(f.Store.Decide(ctx, d, ev), devicetest.ErrOutage)
}
