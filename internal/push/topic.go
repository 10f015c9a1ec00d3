package push

import "keyturn"

// Topic returns the header of that name for pushes to a device (RFC 8030 §5.4): a
// push service that has not delivered the last one replaces it. It is a hash, so
// that the service doesn't learn the id.
func Topic(device string) string { return topic("keyturn/v1 topic\n", device) }

// noticeTopic is that of pushes about notices: one of them must not take the place
// of a request's, which is more urgent.
func noticeTopic(device string) string { return topic("keyturn/v1 topic notice\n", device) }

func topic(context, device string) string { return keyturn.Hash(context + device).String()[:24] }
