package app

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of GitHub's Checks API. They count bytes: what the API description calls
// maxLength is refused by the server as "exceeds a maximum bytesize of 65535".
const (
	maxOutputBytes     = 65_535
	maxMessageBytes    = 64_000 // 64 KB, of a message and of raw details
	maxAnnotationTitle = 255
	maxTitleBytes      = 255
)

// escaped are the characters that could make markup of a name or a detail of a source.
var escaped = strings.NewReplacer(`\`, `\\`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "`", "\\`",
	"|", `\|`, "~", `\~`, "@", "@\u200b", "#", "#\u200b", "!", `\!`)

// escape makes text of a source harmless in Markdown: no markup, no mention, no
// reference to an issue, one line.
func escape(s string) string { return escaped.Replace(plain(s)) }

// code is text of a source between backticks.
func code(s string) string {
	s = strings.ReplaceAll(plain(s), "`", "'")
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// plain is one line of printable text.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r) || unicode.Is(unicode.Cf, r):
			return '\uFFFD'
		}
		return r
	}, s)
}

// clip cuts a text to a number of bytes between runes, and marks the cut.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	const mark = "…"
	cut := max(limit-len(mark), 0)
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + mark
}

// truncate cuts Markdown to a number of bytes at the end of a line, closes what is open
// there, and says in its last line what was left out.
func truncate(s string, limit int, where string) string {
	if len(s) <= limit {
		return s
	}
	note := func(left int) string {
		n := fmt.Sprintf("\n_%d lines are left out here", left)
		if where != "" {
			n += "; all of it: " + where
		}
		return n + "_\n"
	}
	total := strings.Count(s, "\n") + 1
	budget := limit - len(note(total))
	var open openBlocks
	end, kept := 0, 0
	for line := range strings.Lines(s) {
		next := open
		next.read(line)
		if end+len(line)+len(next.close()) > budget {
			break
		}
		open = next
		end += len(line)
		kept++
	}
	head := s[:end]
	if kept == 0 { // one line that is longer than everything
		head = clip(s, budget-1) + "\n"
		kept = 1
	}
	return head + open.close() + note(total-kept)
}

// openBlocks are the blocks that Markdown written here opens and closes.
type openBlocks struct {
	fence   bool
	details int
}

func (b *openBlocks) read(line string) {
	if strings.HasPrefix(strings.TrimSpace(line), "```") {
		b.fence = !b.fence
	}
	if !b.fence {
		b.details += strings.Count(line, "<details>") - strings.Count(line, "</details>")
	}
}

func (b *openBlocks) close() string {
	s := ""
	if b.fence {
		s = "```\n"
	}
	return s + strings.Repeat("\n</details>\n", max(b.details, 0))
}

// plural is "1 finding" or "2 findings".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
