package push

// Unexported functions that vectors are about.
var (
	Encrypt = encrypt
	Padded  = padded
	Token   = VAPID.token
)
