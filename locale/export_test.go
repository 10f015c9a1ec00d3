package locale

// Parse returns the forms of a catalogue, for tests: for one and for others.
func Parse(text string) map[string][2]string {
	forms := map[string][2]string{}
	for key, s := range parse(text) {
		forms[key] = [2]string{s.One, s.Other}
	}
	return forms
}
