package summary

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Style is how a summary is written.
type Style struct {
	Colour  bool
	Width   int  // of the separating lines
	Verbose bool // with each shard's test cases
}

// Terminal escapes.
const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	reset  = "\x1b[0m"
)

// maxMessage bounds a remark's message, in characters: a compared value can be
// as long as a file, and is in the log.
const maxMessage = 200

// Write writes the summary.
func (s Summary) Write(w io.Writer, style Style) error {
	var b strings.Builder
	s.writeShards(&b, style)
	s.writeRemarks(&b, style)
	if !s.complete {
		b.WriteString(separator("the build event stream ended early: tests may be missing", '!', style) + "\n")
	}
	b.WriteString(style.paint(separator(s.total(), '=', style), s.tally.colour()) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// writeShards writes the shards' lines as a table.
func (s Summary) writeShards(b *strings.Builder, style Style) {
	if len(s.shards) == 0 {
		return
	}
	b.WriteString(separator("test shards", '=', style) + "\n")
	var labels, positions, tallies int
	for _, line := range s.shards {
		labels = max(labels, width(line.label))
		positions = max(positions, width(line.position))
		tallies = max(tallies, width(line.count()))
	}
	for _, line := range s.shards {
		b.WriteString(pad(line.label, labels) + "  ")
		if positions > 0 {
			b.WriteString(pad(line.position, positions) + "  ")
		}
		b.WriteString(style.paint(pad(line.count(), tallies), line.tally.colour()) + "  " + seconds(line.duration))
		if len(line.notes) > 0 {
			b.WriteString(" (" + strings.Join(line.notes, "; ") + ")")
		}
		b.WriteByte('\n')
		if style.Verbose {
			writeCases(b, line.cases, style)
		}
	}
}

func writeCases(b *strings.Builder, cases []remark, style Style) {
	for _, c := range cases {
		word := words[c.outcome]
		b.WriteString("    " + style.paint(strings.ToUpper(word.one), word.colour) + " " + c.subject + "\n")
	}
}

func (l shard) count() string {
	return cmp.Or(l.tally.String(), "no tests")
}

func (s Summary) writeRemarks(b *strings.Builder, style Style) {
	if len(s.remarks) == 0 {
		return
	}
	b.WriteString(separator("short test summary info", '=', style) + "\n")
	for _, r := range s.remarks {
		b.WriteString(style.paint(strings.ToUpper(words[r.outcome].one), words[r.outcome].colour) + " " + r.subject)
		if message := firstLine(r.message); message != "" {
			b.WriteString(" - " + message)
		}
		b.WriteByte('\n')
	}
}

// total is the last line's text.
func (s Summary) total() string {
	text := cmp.Or(s.tally.String(), "no tests ran")
	if s.elapsed > 0 {
		text += " in " + seconds(s.elapsed)
	}
	if len(s.shards) > 0 {
		text += fmt.Sprintf("; %d of %d shards cached", s.cached, len(s.shards))
	}
	return text
}

func firstLine(message string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	line = strings.TrimSpace(line)
	if runes := []rune(line); len(runes) > maxMessage {
		line = string(runes[:maxMessage-3]) + "..."
	}
	return line
}

// separator writes a title in a line of its own, filled up as pytest does.
func separator(title string, fill rune, style Style) string {
	side := max((style.Width-width(title)-2)/2, 2)
	line := strings.Repeat(string(fill), side)
	line = line + " " + title + " " + line
	if width(line)+1 == style.Width {
		line += string(fill)
	}
	return line
}

// seconds writes a duration, from a minute on with the time in hours too.
func seconds(d time.Duration) string {
	text := fmt.Sprintf("%.1fs", d.Seconds())
	if whole := int(d.Seconds()); whole >= 60 {
		text += fmt.Sprintf(" (%d:%02d:%02d)", whole/3600, whole/60%60, whole%60)
	}
	return text
}

func (s Style) paint(text, colour string) string {
	if !s.Colour {
		return text
	}
	return colour + text + reset
}

func pad(text string, to int) string {
	return text + strings.Repeat(" ", to-width(text))
}

func width(text string) int { return utf8.RuneCountInString(text) }
