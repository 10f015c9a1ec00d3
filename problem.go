package keyturn

// The codes of a [Problem], in the order of spec §16.
const (
	ProblemBadRequest       = "bad_request"
	ProblemTooLarge         = "too_large"
	ProblemUseNonce         = "use_nonce"
	ProblemBadCall          = "bad_call"
	ProblemDeviceRemoved    = "device_removed"
	ProblemDeviceSuspended  = "device_suspended"
	ProblemPINLocked        = "pin_locked"
	ProblemAccountStopped   = "account_stopped"
	ProblemProbation        = "probation"
	ProblemActivationFailed = "activation_failed"
	ProblemActivationClosed = "activation_closed"
	ProblemProofWrong       = "proof_wrong"
	ProblemUnlockRefused    = "unlock_refused"
	ProblemPINWrong         = "pin_wrong"
	ProblemUnlockWrong      = "unlock_wrong"
	ProblemNumberWrong      = "number_wrong"
	ProblemRequestGone      = "request_gone"
	ProblemChallengeChanged = "challenge_changed"
	ProblemAnswerRefused    = "answer_refused"
	ProblemCloneSuspected   = "clone_suspected"
	ProblemChangeGone       = "change_gone"
	ProblemPushRefused      = "push_refused"
	ProblemTooMany          = "too_many"
	ProblemServerBusy       = "server_busy"
)
