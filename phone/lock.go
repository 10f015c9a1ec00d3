package phone

import "errors"

// ErrInUse says that another process uses the same state at this moment.
var ErrInUse = errors.New("phone: another program is using this phone")

// A Locker is a [Keeper] that several processes may share. Lock doesn't wait: it
// returns [ErrInUse] while another process has it. The system lets go of it when the
// process ends, however that comes about.
type Locker interface {
	Lock() (unlock func() error, err error)
}

// own keeps other processes away from the state until release, and reads what they
// have made of it: two that count answers from the same number would look like two
// copies of the phone, spec §8.6. Within one process the owners share it.
func (p *Phone) own() (release func(), err error) {
	l, ok := p.keep.(Locker)
	if !ok {
		return func() {}, nil
	}
	p.owning.Lock()
	defer p.owning.Unlock()
	if p.owners == 0 {
		if p.unlock, err = l.Lock(); err != nil {
			return nil, err
		}
		if err := p.reload(); err != nil {
			return nil, errors.Join(err, p.unlock())
		}
	}
	p.owners++
	return p.disown, nil
}

func (p *Phone) disown() {
	p.owning.Lock()
	defer p.owning.Unlock()
	if p.owners--; p.owners == 0 {
		_ = p.unlock() // what was kept is kept, and the end of the process unlocks too
	}
}

// reload reads the state again.
func (p *Phone) reload() error {
	state, err := p.keep.Load()
	if err != nil {
		return err
	}
	if state.Origin == "" {
		state.Origin = p.origin
	}
	if state.Origin != p.origin {
		return errors.New("phone: this phone belongs to " + state.Origin)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = state
	return nil
}

// act lets one at a time use the counter and the PIN, of this process and of others.
func (p *Phone) act() (done func(), err error) {
	p.answering.Lock()
	release, err := p.own()
	if err != nil {
		p.answering.Unlock()
		return nil, err
	}
	return func() { release(); p.answering.Unlock() }, nil
}
