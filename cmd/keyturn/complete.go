package main

import (
	"embed"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// The scripts ask "keyturn complete" for every word, so that they know nothing that could
// grow old.
//
//go:embed completion
var completion embed.FS

// completionCmd is "keyturn completion".
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish." placeholder:"SHELL"`
}

// Examples begin the help.
func (completionCmd) Examples() string {
	return `  source <(keyturn completion bash)
  source <(keyturn completion zsh)
  keyturn completion fish | source`
}

// Run prints the script of a shell.
func (c completionCmd) Run(t *terminal) error {
	script, err := completion.ReadFile("completion/" + c.Shell)
	if err != nil {
		return err
	}
	_, err = t.out.Write(script)
	return err
}

// completeCmd is "keyturn complete", which the scripts call.
type completeCmd struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

// Run prints what may stand in place of the last word, with what it means behind a tab.
func (c completeCmd) Run(ctx *kong.Context, t *terminal) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	var lines strings.Builder
	for _, line := range complete(ctx.Model.Node, words) {
		lines.WriteString(line + "\n")
	}
	_, err := io.WriteString(t.out, lines.String())
	return err
}

// complete returns what may stand in place of the last of some words.
func complete(node *kong.Node, words []string) (found []string) {
	if len(words) == 0 {
		words = []string{""}
	}
	last, flags := words[len(words)-1], slices.Clone(node.Flags)
	var open *kong.Flag // whose value comes next
	for _, word := range words[:len(words)-1] {
		child := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word })
		switch {
		case open != nil:
			open = nil
		case strings.HasPrefix(word, "-"):
			open = valued(flags, word)
		case child >= 0:
			node = node.Children[child]
			flags = append(flags, node.Flags...)
		}
	}
	switch {
	case open != nil:
		return beginning(last, values(open.Value))
	case strings.HasPrefix(last, "-"):
		return beginning(last, flagLines(flags, last))
	}
	return beginning(last, append(nouns(node), positional(node)...))
}

// beginning returns the lines that begin with a word.
func beginning(word string, lines []string) []string {
	return slices.DeleteFunc(lines, func(l string) bool { return !strings.HasPrefix(l, word) })
}

// valued returns the flag that a word is, if its value is the next word.
func valued(flags []*kong.Flag, word string) *kong.Flag {
	for _, f := range flags {
		short := f.Short != 0 && word == "-"+string(f.Short)
		if (short || word == "--"+f.Name) && !f.IsBool() {
			return f
		}
	}
	return nil
}

// values are those of a flag or an argument, if they are few.
func values(v *kong.Value) []string {
	if v.Enum == "" {
		return nil
	}
	return strings.Split(v.Enum, ",")
}

// flagLines are the flags. Settings are so many that they come only to who has begun one.
func flagLines(flags []*kong.Flag, begun string) (lines []string) {
	for _, f := range flags {
		if f.Hidden && len(begun) < len("--x") {
			continue
		}
		lines = append(lines, strings.TrimSuffix("--"+f.Name+"\t"+f.Help, "\t"))
		if f.Tag.Negatable != "" {
			lines = append(lines, "--no-"+f.Name)
		}
	}
	return lines
}

// nouns are the commands below a node.
func nouns(node *kong.Node) (lines []string) {
	for _, n := range node.Children {
		if !n.Hidden {
			lines = append(lines, n.Name+"\t"+n.Help)
		}
	}
	return lines
}

// positional are the values of a command's first argument.
func positional(node *kong.Node) []string {
	if len(node.Positional) == 0 {
		return nil
	}
	return values(node.Positional[0])
}
