package keyturn

import "log/slog"

// None of these may be found in a log. Each says so itself.
var secret = slog.StringValue("(secret)")

// LogValue implements [slog.LogValuer].
func (Code) LogValue() slog.Value { return secret }

// LogValue implements [slog.LogValuer].
func (RecoveryCode) LogValue() slog.Value { return secret }

// LogValue implements [slog.LogValuer].
func (SignInLink) LogValue() slog.Value { return secret }

// LogValue implements [slog.LogValuer].
func (Keys) LogValue() slog.Value { return secret }

// LogValue implements [slog.LogValuer]. A MAC allows to test PINs. Spec §4.3.
func (Proof) LogValue() slog.Value { return secret }

// LogValue implements [slog.LogValuer]. A text holds the number, and a reply the proof.
func (Reply) LogValue() slog.Value { return secret }
