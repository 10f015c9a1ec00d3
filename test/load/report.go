package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// write makes the page.
func (b *bench) write(file string, rows []row, took time.Duration) error {
	var s strings.Builder
	s.WriteString("# Performance\n\n" +
		"What an approval costs. This page is written by `" + command() + "`, which measures each row against something plain, a moment\n" +
		"before and a moment after, in the same run: only the ratios can be compared between machines. The **unit** is one password\n" +
		"hash (Argon2id, 19 MiB, two passes, one lane). A ratio is the median of the ratios of its pairs. How it is measured stands\n" +
		"in the package comments of `test/load`; figures of other programs were measured once, in November 2026, and are compared in\n" +
		"units. A row that misses a limit makes the command fail.\n\n")
	fmt.Fprintf(&s, "%s · %s · %s · %s in all\n\n", time.Now().UTC().Format("2006-01-02 15:04 UTC"), machine(), disk(b.dir), took.Round(time.Second))
	s.WriteString("| | what | figure | asked | | measured |\n|---|---|---|---|---|---|\n")
	for _, r := range rows {
		measured := r.sides
		if r.note != "" {
			measured += "; " + r.note
		}
		fmt.Fprintf(&s, "| %s | %s | **%s** | %s | %s | %s |\n", r.goal, r.says, r.amount(), r.asked(), r.verdict(), measured)
	}
	return os.WriteFile(file, []byte(s.String()), 0o644)
}

// command is what was typed, as far as it matters.
func command() string {
	return strings.Join(append([]string{"go run ./test/load"}, os.Args[1:]...), " ")
}

// machine says what it was measured on.
func machine() string {
	return fmt.Sprintf("%d processors %s, %s memory, Linux %s, %s", runtime.NumCPU(), field("/proc/cpuinfo", "model name"),
		field("/proc/meminfo", "MemTotal"), strings.TrimSpace(text("/proc/sys/kernel/osrelease")), runtime.Version())
}

func disk(dir string) string { return "folder on " + filesystem(dir) }

// field is the first value of a name in a file of the kernel.
func field(file, name string) string {
	for line := range strings.Lines(text(file)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func text(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	return string(b)
}
