package server

import (
	"context"
	"slices"
	"strings"
	"time"

	"keyturn/internal/push"
)

// lastPushes is how long pushes that were handed in may take when the server stops.
const lastPushes = 5 * time.Second

// connectPush introduces the sender of pushes to who needs one, if the operator has
// said whom push services can write to: without that they take nothing.
func (s *Services) connectPush(ctx context.Context) error {
	if s.config.Push.Contact == "" {
		return nil
	}
	key, err := s.vault.vapidKey(ctx)
	if err != nil {
		return err
	}
	s.Push = &push.Sender{Origin: s.Origin, Language: s.config.Languages[0], VAPID: push.VAPID{Key: key, Contact: s.config.Push.Contact}, Guard: pushGuard(s.config.Push.Hosts),
		Store: s.Store, Wake: s.bus.Wake, Log: s.with.Log, Now: s.with.Now}
	if s.vapidKey, err = s.Push.VAPID.PublicKey(); err != nil {
		return err
	}
	s.Devices.Push, s.Approvals.Ringer, s.ringer = s.Push, s.Push, s.Push
	return nil
}

// pushGuard knows the push services of the usual browsers, and those that the
// operator adds: hosts, and origins that are trusted as they are written.
func pushGuard(added []string) push.Guard {
	g := push.Guard{Hosts: slices.Clone(push.Hosts)}
	for _, one := range added {
		if strings.Contains(one, "://") {
			g.Origins = append(g.Origins, one)
		} else {
			g.Hosts = append(g.Hosts, one)
		}
	}
	return g
}
