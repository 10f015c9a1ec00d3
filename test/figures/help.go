package main

// guides is the help: the start with what can be asked there, and two guides.
func guides(s *stage) {
	for _, page := range []struct{ name, address string }{
		{"start", ""},
		{"start-answers", "?phone=iphone&account=add"},
		{"found", "?q=PIN"},
		{"found-nothing", "?q=xyzzy"},
		{"missing", "no-such-guide"},
		{"guide-steps", "activate-iphone-qr"},
		{"guide-errors", "activation-errors"},
	} {
		s.desk.Open(s.origin + "/help/" + s.lang + "/" + page.address)
		s.look(s.t, &s.desk.Window, "help/"+page.name, s.lang, mobile, desktop, small)
	}
}
