package server

import (
	"maps"
	"slices"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/policy"
	"keyturn/internal/porch"
)

// keep is how long the operator wants things kept.
func keep(c config.Config) policy.Keep {
	k := c.Keep
	return policy.Keep{Requests: k.Requests.Duration, Addresses: k.Addresses.Duration, Activations: k.Activations.Duration,
		Letters: k.Letters.Duration, Changes: k.Changes.Duration}
}

// unlocks are the kinds of unlock that the operator allows, spec §6.2.
func unlocks(c config.Config) []keyturn.Unlock {
	switch c.Unlock.Mode {
	case "pin":
		return []keyturn.Unlock{keyturn.UnlockPIN}
	case "platform":
		return []keyturn.Unlock{keyturn.UnlockPlatform}
	}
	return []keyturn.Unlock{keyturn.UnlockPIN, keyturn.UnlockPlatform}
}

// proxies are those whose word about a browser's address is believed. Who comes by a socket is
// believed as this machine is.
func proxies(c config.Config) (all porch.Proxies, err error) {
	settings := c.TrustedProxies
	if _, ok := config.Socket(c.Listen); ok {
		settings = append(slices.Clone(settings), "127.0.0.1")
	}
	for _, s := range settings {
		p, err := config.ParseProxy(s)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// organisation is how people know who runs this server, in the first language
// that has a name; without one it is the host.
func organisation(c config.Config, origin string) string {
	for _, lang := range c.Languages {
		if name := c.Organisation[lang]; name != "" {
			return name
		}
	}
	return host(origin)
}

// names are those of this server, which are among the first passwords that others would try.
func (s *Services) names() []string {
	return append([]string{"keyturn", host(s.Origin)}, slices.Sorted(maps.Values(s.config.Organisation))...)
}
