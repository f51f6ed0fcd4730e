package syntax

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// A multibyte is what is known of an encoding of which the tables here lack characters,
// or that has no table: which bytes make one. That is what the structure of a source
// depends on, since the last byte of a character may look like a backslash or a quote.
type multibyte struct {
	// table has most of the characters, nil none. Others become the same letter.
	table encoding.Encoding
	// forms are the sequences of bytes beyond ASCII that are a character.
	forms [][]byteSet
	// other are the characters that take ASCII's places.
	other map[byte]rune
}

// A byteSet is a set of bytes.
type byteSet [256]bool

// bytesIn returns a set of ranges, given by their first and last bytes.
func bytesIn(ends ...byte) (set byteSet) {
	for i := 0; i < len(ends); i += 2 {
		for c := int(ends[i]); c <= int(ends[i+1]); c++ {
			set[c] = true
		}
	}
	return set
}

// Of Shift JIS and its relatives.
var (
	jisLead  = bytesIn(0x81, 0x9f, 0xe0, 0xfc)
	jisTrail = bytesIn(0x40, 0x7e, 0x80, 0xfc)
	eucByte  = bytesIn(0xa1, 0xfe)
	gbLead   = bytesIn(0x81, 0xfe)
	gbDigit  = bytesIn('0', '9')
)

// multibytes are the encodings by the codec's name.
var multibytes = byName(map[string]*multibyte{
	"cp932 932 ms932 mskanji windows31j": {
		table: japanese.ShiftJIS,
		forms: [][]byteSet{{jisLead, jisTrail}, {bytesIn(0x80, 0x80, 0xa0, 0xdf, 0xfd, 0xff)}},
	},
	"shiftjis2004 shiftjisx0213 sjis2004 sjisx0213 s2004 s2jisx0213": {
		table: japanese.ShiftJIS,
		forms: [][]byteSet{{jisLead, jisTrail}, {bytesIn(0xa1, 0xdf)}},
		other: map[byte]rune{'\\': '¥', '~': '‾'},
	},
	"eucjis2004 eucjisx0213 jisx0213": {
		table: japanese.EUCJP,
		forms: [][]byteSet{{eucByte, eucByte}, {bytesIn(0x8e, 0x8e), bytesIn(0xa1, 0xdf)}, {bytesIn(0x8f, 0x8f), eucByte, eucByte}},
	},
	"gb18030 gb180302000": {
		table: simplifiedchinese.GB18030,
		forms: [][]byteSet{{gbLead, bytesIn(0x40, 0x7e, 0x80, 0xfe)}, {gbLead, gbDigit, gbLead, gbDigit}},
	},
	"johab cp1361 ms1361": {
		forms: [][]byteSet{
			{bytesIn(0x84, 0xd3), bytesIn(0x41, 0x7e, 0x81, 0xfe)},
			{bytesIn(0xd8, 0xde, 0xe0, 0xf9), bytesIn(0x31, 0x7e, 0x91, 0xfe)},
		},
	},
})

// decode turns text into UTF-8. The offset is that of a byte which is of no character,
// or -1.
func (m *multibyte) decode(src []byte) (text string, wrong int) {
	var b strings.Builder
	b.Grow(len(src) * 2)
	for i := 0; i < len(src); {
		if c := src[i]; c < utf8.RuneSelf {
			if other, ok := m.other[c]; ok {
				b.WriteRune(other)
			} else {
				b.WriteByte(c)
			}
			i++
			continue
		}
		n := m.length(src[i:])
		if n == 0 {
			return string(src), i
		}
		b.WriteString(m.character(src[i : i+n]))
		i += n
	}
	return b.String(), -1
}

// length returns how many bytes the first character has, 0 if there is none.
func (m *multibyte) length(src []byte) int {
	for _, form := range m.forms {
		if len(form) <= len(src) && matches(form, src) {
			return len(form)
		}
	}
	return 0
}

func matches(form []byteSet, src []byte) bool {
	for i, set := range form {
		if !set[src[i]] {
			return false
		}
	}
	return true
}

func (m *multibyte) character(src []byte) string {
	if m.table != nil {
		if text, err := m.table.NewDecoder().Bytes(src); err == nil && !strings.ContainsRune(string(text), utf8.RuneError) {
			return string(text)
		}
	}
	return unknownLetter
}

// isoControls decodes text of ISO 8859, in which Python has control characters where the
// tables here have nothing.
func isoControls(table *charmap.Charmap, src []byte) (text string, wrong int) {
	var b strings.Builder
	b.Grow(len(src) + len(src)/8)
	for i, c := range src {
		r := table.DecodeByte(c)
		if r == utf8.RuneError && c >= 0x80 && c <= 0x9f {
			r = rune(c)
		}
		if r == utf8.RuneError {
			return string(src), i
		}
		b.WriteRune(r)
	}
	return b.String(), -1
}
