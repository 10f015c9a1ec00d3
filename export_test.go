package keyturn

// Unexported functions that vectors and attacks are about.
var (
	Split      = split
	Seal       = seal
	CommonPINs = commonPINs
)
