package server

import (
	"maps"
	"slices"

	"keyturn"
	"keyturn/internal/config"
	"keyturn/internal/policy"
)

// limits are the defaults of spec §17 with what the operator has set.
func limits(c config.Config) policy.Limits {
	rate := func(r config.Rate) policy.Rate { return policy.Rate{Most: r.Most, In: r.In} }
	l, set := policy.Defaults(), c.Limits
	l.CodeLife, l.CodeExtend = c.Activation.Life.Duration, c.Activation.Extend.Duration
	l.Grace = c.Activation.Grace.Duration
	l.RequestLife = c.Request.Life.Duration
	l.Phones = c.Phones.Max
	l.Passwords, l.PasswordAll, l.SignIns = rate(set.Passwords), rate(set.PasswordsAll), rate(set.SignIns)
	l.Recoveries, l.RecoveryRow = rate(set.Recoveries), set.RecoveryRow
	l.Looks, l.Redeems, l.Calls, l.CodesMade = rate(set.Looks), rate(set.Redeems), rate(set.Calls), rate(set.Codes)
	l.CheckTries, l.Requests, l.Asked = set.CheckTries, set.Requests, rate(set.Asked)
	l.NumberTries, l.NumberRow = set.NumberTries, set.NumberRow
	l.Responses, l.ResponseRow, l.QRs, l.Agains = set.Responses, set.ResponseRow, set.QRs, set.Agains
	l.PINTries, l.PINDay, l.Unlocks = set.PINTries, rate(set.PINDay), rate(set.Unlocks)
	l.RedeemIn, l.AgainIn, l.ApprovalUse = set.RedeemIn.Duration, set.AgainIn.Duration, set.ApprovalUse.Duration
	l.PushApart, l.PushPause, l.Pushes = set.PushApart.Duration, set.PushPause.Duration, rate(set.Pushes)
	l.PushRow, l.PushAgain = set.PushRow, set.PushAgain
	l.Probation, l.Changes = set.Probation.Duration, rate(set.Changes)
	l.ReportQuiet, l.Browser = set.ReportQuiet.Duration, set.Browser.Duration
	l.SessionIdle, l.SessionMost = set.SessionIdle.Duration, set.SessionMost.Duration
	return l
}

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
