package push

import "keyturn"

// Topic returns the header of that name for pushes to a device (RFC 8030 §5.4): a
// push service that has not delivered the last one replaces it. It is a hash, so
// that the service doesn't learn the id.
func Topic(device string) string {
	return keyturn.Hash("keyturn/v1 topic\n" + device).String()[:24]
}
