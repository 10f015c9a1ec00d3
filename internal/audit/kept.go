package audit

// Kinds that are kept as long as something else than a request: see policy.Keep.
var (
	// Changes say how an account came to be as it is.
	Changes = []Kind{AccountAdded, AccountReset, AccountDisabled, AccountEnabled, AccountUnlocked, AccountRemoved, AccountStopped,
		MoreTimeOn, MoreTimeOff, RecoveryMade, RecoverySaved, RecoveryUsed, RecoveryOff, RecoveryEnded, AccountRenamed, EmailChanged, PasswordChanged, AlarmRaised,
		ActivationDone, DeviceRemoved, DeviceSuspended, DeviceResumed, DeviceRenamed, PINLocked, PINChanged, CloneSuspected,
		RequestReported, SignInReported, OfflineOff, BrowserForgot, RecordForgotten}

	// Beginnings are what happened on the way to a phone that is set up, or to none.
	Beginnings = []Kind{ActivationBegun, ActivationLooked, ActivationRedeemed, ActivationChecking, ActivationTried, ActivationFailed,
		ActivationCancelled, ActivationReplaced, ActivationExpired, ActivationRefused}

	// Letters are what became of letters.
	Letters = []Kind{LetterClaimed, LetterSent, LetterFailed}
)
