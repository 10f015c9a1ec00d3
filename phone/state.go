package phone

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"keyturn"
)

// A State is everything that a phone keeps. It is a secret: a copy of it and the
// PIN are the phone. Alone it doesn't tell the PIN.
type State struct {
	Origin  string   `json:"origin"`
	Devices []Device `json:"devices"`
}

// A Device is one account's key on this phone. Spec §4.1.
type Device struct {
	ID         string             `json:"device"`
	Account    keyturn.AccountRef `json:"account"`
	Phone      string             `json:"phone_name"`
	Key        keyturn.Bytes      `json:"key"`               // private, 32 bytes
	Kp         keyturn.Bytes      `json:"kp"`                //
	Ck         keyturn.Bytes      `json:"ck"`                // Kk under the PIN: any PIN opens it, to some key
	Salt       keyturn.Bytes      `json:"salt"`              // 16 bytes, new at each sealing
	Epoch      int64              `json:"epoch,omitempty"`   // of the PIN
	Next       *sealed            `json:"next,omitempty"`    // the PIN is being changed: Ck or this is the one
	Earlier    bool               `json:"earlier,omitempty"` // it was paused while the PIN was changed
	Counter    int64              `json:"counter"`
	Active     bool               `json:"active"`
	Ended      string             `json:"ended,omitempty"` // reason, once the server has said so
	Activation *pending           `json:"activation,omitempty"`
}

// pending is what a device needs until its activation has ended. It holds nothing
// that gives Kk without the PIN. Spec §4.3.
type pending struct {
	ID    string        `json:"activation"`
	Nonce keyturn.Bytes `json:"phone_nonce"`
	T     keyturn.Bytes `json:"t"`
	Check string        `json:"check"`
}

// A Keeper keeps the state of a phone. Save has to be durable when it returns: a
// counter that was sent and is forgotten looks like a copy of the phone.
type Keeper interface {
	Load() (State, error) // the zero State if there is none yet
	Save(State) error
}

// A Memory keeps a state as long as the program runs.
type Memory struct{ State State }

// Load implements [Keeper].
func (m *Memory) Load() (State, error) { return m.State, nil }

// Save implements [Keeper].
func (m *Memory) Save(s State) error {
	s.Devices = slices.Clone(s.Devices)
	m.State = s
	return nil
}

// A File keeps a state in a file that only its owner reads (0600).
type File string

// Load implements [Keeper].
func (f File) Load() (State, error) {
	b, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return State{}, nil
	}
	if err != nil {
		return State{}, err
	}
	var s State
	err = json.Unmarshal(b, &s)
	return s, err
}

// Save implements [Keeper]: a new file takes the old one's place, so that a crash
// leaves one or the other.
func (f File) Save(s State) error {
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(string(f))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".keyturn-phone-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // after the rename there is nothing to remove
	_, err = tmp.Write(b)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), string(f)); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a rename durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// change applies f to the state and keeps it, or changes nothing.
func (p *Phone) change(f func(*State)) error {
	release, err := p.own()
	if err != nil {
		return err
	}
	defer release()
	p.mu.Lock()
	defer p.mu.Unlock()
	next := p.state
	next.Devices = slices.Clone(p.state.Devices)
	f(&next)
	if err := p.keep.Save(next); err != nil {
		return err
	}
	p.state = next
	return nil
}

// changeDevice applies f to one device and returns it as it is then.
func (p *Phone) changeDevice(id string, f func(*Device)) (Device, error) {
	var out Device
	err := p.change(func(s *State) {
		for i := range s.Devices {
			if s.Devices[i].ID == id {
				f(&s.Devices[i])
				out = s.Devices[i]
			}
		}
	})
	if err == nil && out.ID == "" {
		err = ErrUnknown
	}
	return out, err
}

// Forget deletes the keys of an account on this phone; the server is not told.
func (p *Phone) Forget(device string) error {
	return p.change(func(s *State) {
		s.Devices = slices.DeleteFunc(s.Devices, func(d Device) bool { return d.ID == device })
	})
}
