package syntax

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxSource bounds a file's size, so that offsets fit the tokens' fields.
const maxSource = 1 << 28

// coding is the declaration of PEP 263, which stands in one of the first two
// lines.
var coding = regexp.MustCompile(`^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)`)

// decode turns source bytes into UTF-8 text with "\n" as line ends. With a fault,
// the text is what the fault's offset counts.
func decode(src []byte) (string, *fault) {
	if len(src) > maxSource {
		return "", faultf(0, "the file has %d bytes; no more than %d are read", len(src), maxSource)
	}
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(src, '\r') >= 0 {
		src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
		src = bytes.ReplaceAll(src, []byte("\r"), []byte("\n"))
	}
	if i := bytes.IndexByte(src, 0); i >= 0 {
		return string(src), faultf(i, "NUL byte: Python source holds none; is this a binary file?")
	}
	return toUTF8(src)
}

func toUTF8(src []byte) (string, *fault) {
	if utf8.Valid(src) {
		return string(src), nil
	}
	switch enc := declaredEncoding(src); enc {
	case "", "utf-8", "utf-8-sig", "utf8":
		i := invalidUTF8(src)
		return string(src), faultf(i, "byte 0x%02x is not UTF-8, and the file declares no other encoding; "+
			"save it as UTF-8 or declare one in its first line: # -*- coding: latin-1 -*-", src[i])
	case "latin-1", "iso-8859-1", "iso8859-1", "latin1", "l1":
		return widen(src, nil, true), nil
	default:
		return widen(src, leadByte[enc], false), nil
	}
}

func invalidUTF8(src []byte) int {
	for i := 0; i < len(src); {
		r, n := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(src)
}

// declaredEncoding returns the file's declared encoding in normal spelling, or "".
func declaredEncoding(src []byte) string {
	for range 2 {
		line, rest, _ := bytes.Cut(src, []byte("\n"))
		if m := coding.FindSubmatch(line); m != nil {
			return strings.ReplaceAll(strings.ToLower(string(m[1])), "_", "-")
		}
		// A declaration counts in the second line only below a comment or
		// blank line.
		if line = bytes.TrimLeft(line, " \t\f\r"); len(line) > 0 && line[0] != '#' {
			return ""
		}
		src = rest
	}
	return ""
}

// leadByte has the encodings in which the second byte of a character may look
// like ASCII, a backslash or quote even, and says which bytes are first ones. In
// all others that a Python file may declare, a byte below 0x80 is what it seems.
var leadByte = map[string]func(byte) bool{
	"shift-jis": isShiftJISLead, "shiftjis": isShiftJISLead, "sjis": isShiftJISLead, "s-jis": isShiftJISLead,
	"cp932": isShiftJISLead, "ms932": isShiftJISLead, "mskanji": isShiftJISLead, "ms-kanji": isShiftJISLead,
	"gbk": isLead, "cp936": isLead, "ms936": isLead, "gb18030": isLead, "gb18030-2000": isLead,
	"big5": isLead, "big5-tw": isLead, "big5hkscs": isLead, "big5-hkscs": isLead, "cp950": isLead, "ms950": isLead,
	"cp949": isLead, "ms949": isLead, "uhc": isLead, "johab": isLead,
}

func isLead(c byte) bool { return c >= 0x81 && c <= 0xfe }

func isShiftJISLead(c byte) bool { return c >= 0x81 && c <= 0x9f || c >= 0xe0 && c <= 0xfc }

// widen makes UTF-8 of text in an encoding that is based on ASCII. Latin-1 is
// decoded; in any other each character beyond ASCII becomes the same letter, as
// the structure does not depend on which one it is.
func widen(src []byte, leads func(byte) bool, latin1 bool) string {
	const letter = 'ÿ'
	var b strings.Builder
	b.Grow(len(src) + len(src)/8)
	for i := 0; i < len(src); i++ {
		c := src[i]
		if leads != nil && leads(c) && i+1 < len(src) && src[i+1] != '\n' {
			i++
		}
		if c < utf8.RuneSelf || latin1 {
			b.WriteRune(rune(c))
		} else {
			b.WriteRune(letter)
		}
	}
	return b.String()
}
