package browser

import (
	"bufio"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/godbus/dbus/v5"
)

// The names of the Desktop Notifications Specification, version 1.2.
const (
	shadeName = "org.freedesktop.Notifications"
	shadePath = "/org/freedesktop/Notifications"
)

// A Shade is where the system of a phone shows notifications, and where its
// person taps them: a notification service on a bus of its own, so that nothing
// of this machine's desktop is touched.
type Shade struct {
	t    testing.TB
	addr string // of the bus
	conn *dbus.Conn
	came chan Notification

	serial  atomic.Uint32 // of the last message to the bus
	mu      sync.Mutex
	last    uint32                  // id that was given to a notification
	unnamed map[uint32]Notification // by id: the browser isn't told the id yet
	naming  map[uint32]Notification // by the serial of the message that tells it
}

// A Notification as the browser handed it to the system.
type Notification struct {
	Title, Body string
	Buttons     []string // labels of the buttons, such as "Approve"
	Replaced    bool     // it stands where an earlier one stood
	id          uint32
	shade       *Shade
}

// NewShade starts a bus with a notification service. With
// KEYTURN_TEST_REQUIRE=dbus-daemon a missing bus is a failure.
func NewShade(t testing.TB) *Shade {
	t.Helper()
	bus := exec.Command(program(t, "dbus-daemon", "dbus-daemon"), "--session", "--nofork", "--nopidfile", "--print-address=1")
	out, err := bus.StdoutPipe()
	if err == nil {
		err = bus.Start()
	}
	if err != nil {
		t.Fatalf("dbus-daemon: %v", err)
	}
	t.Cleanup(func() {
		_ = bus.Process.Kill()
		_ = bus.Wait() // it was killed
	})
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("dbus-daemon says no address: %v", err)
	}
	s := &Shade{t: t, addr: strings.TrimSpace(addr), came: make(chan Notification, 100),
		unnamed: map[uint32]Notification{}, naming: map[uint32]Notification{}}
	if s.conn, err = dbus.Connect(s.addr, dbus.WithOutgoingInterceptor(s.sends), dbus.WithSerialGenerator(s)); err != nil {
		t.Fatalf("bus: %v", err)
	}
	t.Cleanup(func() { _ = s.conn.Close() })
	if err := s.conn.Export((*service)(s), shadePath, shadeName); err != nil {
		t.Fatalf("bus: %v", err)
	}
	if got, err := s.conn.RequestName(shadeName, dbus.NameFlagDoNotQueue); err != nil || got != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("bus: %v, %v", got, err)
	}
	return s
}

// env is what a browser finds the bus by.
func (s *Shade) env() string { return "DBUS_SESSION_BUS_ADDRESS=" + s.addr }

// Under makes a phone or a desktop show its notifications here.
func (s *Shade) Under() chromedp.ExecAllocatorOption { return chromedp.Env(s.env()) }

// Next waits for the next notification.
func (s *Shade) Next() Notification {
	s.t.Helper()
	select {
	case n := <-s.came:
		return n
	case <-time.After(patience):
		s.t.Fatal("no notification came")
	}
	return Notification{}
}

// More is how many have come that Next has not returned.
func (s *Shade) More() int { return len(s.came) }

// Tap taps the notification, not one of its buttons.
func (n Notification) Tap() {
	n.shade.t.Helper()
	n.shade.emit("ActionInvoked", n.id, "default")
	n.shade.emit("NotificationClosed", n.id, uint32(2)) // by the person
}

func (s *Shade) emit(signal string, values ...any) {
	s.t.Helper()
	if err := s.conn.Emit(shadePath, shadeName+"."+signal, values...); err != nil {
		s.t.Fatalf("bus: %v", err)
	}
}

// service are the methods that browsers call, by the names of the specification.
type service Shade

// GetCapabilities makes browsers send buttons too, if they have any.
func (s *service) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"actions", "body", "persistence"}, nil
}

// GetServerInformation answers with names that mean nothing.
func (s *service) GetServerInformation() (name, vendor, version, spec string, _ *dbus.Error) {
	return "shade", "keyturn", "1", "1.2", nil
}

// Notify takes a notification.
func (s *service) Notify(
	_ string, replaces uint32, _, title, body string, actions []string, _ map[string]dbus.Variant, _ int32,
) (uint32, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := Notification{Title: title, Body: body, Replaced: replaces != 0, id: replaces, shade: (*Shade)(s)}
	if replaces == 0 {
		s.last++
		n.id = s.last
	}
	for i := 0; i+1 < len(actions); i += 2 { // an id, then its label
		if actions[i] != "default" && actions[i] != "settings" { // which is Chromium's own
			n.Buttons = append(n.Buttons, actions[i+1])
		}
	}
	s.unnamed[n.id] = n
	return n.id, nil
}

// sends notes the message that tells the browser the id of its notification.
func (s *Shade) sends(msg *dbus.Message) {
	if msg.Type != dbus.TypeMethodReply || len(msg.Body) != 1 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id, _ := msg.Body[0].(uint32)
	if n, ok := s.unnamed[id]; ok {
		delete(s.unnamed, id)
		s.naming[msg.Serial()] = n
	}
}

// GetSerial numbers a message to the bus.
func (s *Shade) GetSerial() uint32 { return s.serial.Add(1) }

// RetireSerial is called when a message has been sent. If it told an id, the
// notification is there to be tapped: a tap that overtook it would be a tap on
// something that the browser doesn't know.
func (s *Shade) RetireSerial(serial uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n, ok := s.naming[serial]; ok {
		delete(s.naming, serial)
		s.came <- n
	}
}

// CloseNotification confirms that it is gone.
func (s *service) CloseNotification(id uint32) *dbus.Error {
	_ = s.conn.Emit(shadePath, shadeName+".NotificationClosed", id, uint32(3)) // a browser that has gone doesn't mind
	return nil
}
