package main

import "testing"

func TestAligned(t *testing.T) {
	got := aligned([]string{
		cells("门户", "http://localhost/", "mei.chen"),
		cells("Phone", "http://localhost/p/", "a sentence that is longer than the column"),
		cells("", "", "harbor.shop"),
	})
	want := "门户    http://localhost/     mei.chen\n" +
		"Phone   http://localhost/p/   a sentence that is longer than the column\n" +
		"                              harbor.shop\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// A66: the name of a phone is one cell, whatever is in it, and commands no terminal.
func TestA66Cells(t *testing.T) {
	if got := cells("Mei\t's \x1b[31mphone\n", "\u009bactive"); got != "Mei's [31mphone\tactive" {
		t.Errorf("cells = %q", got)
	}
}
