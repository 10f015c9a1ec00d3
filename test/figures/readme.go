package main

import "testing"

func takeReadme(t testing.TB, path string) {}
