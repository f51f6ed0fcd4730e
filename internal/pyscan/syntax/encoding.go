package syntax

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// coding is the declaration of PEP 263, which stands in one of the first two
// lines.
var coding = regexp.MustCompile(`^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)`)

// A declaration is what a file says of its encoding. The name is empty if it says
// nothing.
type declaration struct {
	name   string
	offset int // of the name
}

func declared(src []byte) declaration {
	start := 0
	for range 2 {
		line, _, _ := bytes.Cut(src[start:], []byte("\n"))
		if m := coding.FindSubmatchIndex(line); m != nil {
			return declaration{string(line[m[2]:m[3]]), start + m[2]}
		}
		// A declaration counts in the second line only below a comment or
		// blank line.
		blank := bytes.TrimLeft(line, " \t\f")
		if start += len(line) + 1; len(blank) > 0 && blank[0] != '#' || start >= len(src) {
			break
		}
	}
	return declaration{}
}

// codec returns the name of an encoding as the tables below have it. Editors write
// "utf-8-unix" and the like.
func (d declaration) codec() string {
	name := strings.ReplaceAll(strings.ToLower(d.name), "_", "-")
	for _, common := range []string{"utf-8", "latin-1", "iso-8859-1", "iso-latin-1"} {
		if name == common || strings.HasPrefix(name, common+"-") {
			name = common
		}
	}
	return strings.ReplaceAll(name, "-", "")
}

// decodeAs turns text in the declared encoding into UTF-8.
func decodeAs(d declaration, src []byte) (string, *fault) {
	switch codec := d.codec(); {
	case codec == "" || utf8Names[codec]:
		return fromUTF8(src)
	case asciiNames[codec]:
		for i, c := range src {
			if c >= utf8.RuneSelf {
				return string(src), faultf(i, "byte 0x%02x is not of the declared encoding %q", c, d.name)
			}
		}
		return string(src), nil
	case codings[codec] != nil || multibytes[codec] != nil:
		text, wrong := decodeBy(codec, src)
		if wrong >= 0 {
			return text, faultf(wrong, "the file is not in the encoding %q that it declares; save it as UTF-8 and declare none", d.name)
		}
		return text, nil
	case unmapped[codec]:
		return widen(src), nil
	}
	return string(src), faultf(d.offset, "encoding %q is none that Python source can have here; "+
		"save the file as UTF-8 and declare none, or name one such as latin-1, cp1252, euc-jp or gbk", d.name)
}

// decodeBy turns text into UTF-8 by the tables of an encoding. The offset is that of what
// is not of it, or -1; it counts in the text that is returned.
func decodeBy(codec string, src []byte) (text string, wrong int) {
	if m := multibytes[codec]; m != nil {
		return m.decode(src)
	}
	if table, ok := codings[codec].(*charmap.Charmap); ok && strings.HasPrefix(table.String(), "ISO 8859") {
		return isoControls(table, src)
	}
	decoded, err := codings[codec].NewDecoder().Bytes(src)
	if wrong = bytes.IndexRune(decoded, utf8.RuneError); err != nil {
		wrong = max(wrong, 0)
	}
	return string(decoded), wrong
}

func fromUTF8(src []byte) (string, *fault) {
	if utf8.Valid(src) {
		return string(src), nil
	}
	i := invalidUTF8(src)
	return string(src), faultf(i, "byte 0x%02x is not UTF-8, and the file declares no other encoding; "+
		"save it as UTF-8 or declare one in its first line: # -*- coding: latin-1 -*-", src[i])
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

// unknownLetter stands for characters of which there is no table here.
const unknownLetter = "ÿ"

// widen makes UTF-8 of text in which each byte is a character: those beyond ASCII
// become the same letter, as the structure does not depend on which one it is.
func widen(src []byte) string {
	var b strings.Builder
	b.Grow(len(src) + len(src)/8)
	for _, c := range src {
		if c < utf8.RuneSelf {
			b.WriteByte(c)
		} else {
			b.WriteString(unknownLetter)
		}
	}
	return b.String()
}

// Python's names of encodings, without hyphens: those by which a file that is
// otherwise ASCII can be read. UTF-16 is none of them, nor what has shifts.
var (
	utf8Names  = names("utf8 u8 utf cp65001 utf8ucs2 utf8ucs4 utf8sig")
	asciiNames = names("ascii usascii 646 us cp367 ibm367 csascii ansix3.41968 ansix341968 ansix3.41986 iso646.irv1991 iso646us isoir6")
	// unmapped are those of one byte a character of which there is no table here.
	unmapped = names("cp720 cp737 cp775 775 ibm775 cp856 cp857 857 ibm857 cp861 861 ibm861 cp864 864 ibm864 cp869 869 ibm869 cp1006 " +
		"cp1125 1125 ibm1125 cp866u ruscii iso885911 thai tis620 koi8t kz1048 ptcp154 pt154 hproman8 roman8 r8 cp1051 palmos " +
		"macgreek maclatin2 maccentraleurope maccenteuro macturkish maccroatian maciceland macromanian macarabic macfarsi")
	codings = byName(map[string]encoding.Encoding{
		"cp437 437 ibm437": charmap.CodePage437,
		"cp850 850 ibm850": charmap.CodePage850,
		"cp852 852 ibm852": charmap.CodePage852,
		"cp855 855 ibm855": charmap.CodePage855,
		"cp858 858 ibm858": charmap.CodePage858,
		"cp860 860 ibm860": charmap.CodePage860,
		"cp862 862 ibm862": charmap.CodePage862,
		"cp863 863 ibm863": charmap.CodePage863,
		"cp865 865 ibm865": charmap.CodePage865,
		"cp866 866 ibm866": charmap.CodePage866,
		"latin1 latin l1 iso88591 iso8859 8859 isolatin1 cp819 ibm819 csisolatin1 isoir100 iso885911987": charmap.ISO8859_1,
		"iso88592 latin2 l2 csisolatin2 isoir101":                                                        charmap.ISO8859_2,
		"iso88593 latin3 l3 csisolatin3 isoir109":                                                        charmap.ISO8859_3,
		"iso88594 latin4 l4 csisolatin4 isoir110":                                                        charmap.ISO8859_4,
		"iso88595 cyrillic csisolatincyrillic isoir144":                                                  charmap.ISO8859_5,
		"iso88596 arabic asmo708 ecma114 csisolatinarabic isoir127":                                      charmap.ISO8859_6,
		"iso88597 greek greek8 ecma118 elot928 csisolatingreek isoir126":                                 charmap.ISO8859_7,
		"iso88598 hebrew iso88598e iso88598i csisolatinhebrew isoir138":                                  charmap.ISO8859_8,
		"iso88599 latin5 l5 csisolatin5 isoir148":                                                        charmap.ISO8859_9,
		"iso885910 latin6 l6 csisolatin6 isoir157":                                                       charmap.ISO8859_10,
		"iso885913 latin7 l7":                                                                            charmap.ISO8859_13,
		"iso885914 latin8 l8 isoceltic isoir199":                                                         charmap.ISO8859_14,
		"iso885915 latin9 l9":                                                                            charmap.ISO8859_15,
		"iso885916 latin10 l10 isoir226":                                                                 charmap.ISO8859_16,
		"koi8r cskoi8r":                                                                                  charmap.KOI8R,
		"koi8u":                                                                                          charmap.KOI8U,
		"macroman macintosh":                                                                             charmap.Macintosh,
		"maccyrillic":                                                                                    charmap.MacintoshCyrillic,
		"cp874 874 ms874 windows874":                                                                     charmap.Windows874,
		"cp1250 1250 windows1250":                                                                        charmap.Windows1250,
		"cp1251 1251 windows1251":                                                                        charmap.Windows1251,
		"cp1252 1252 windows1252":                                                                        charmap.Windows1252,
		"cp1253 1253 windows1253":                                                                        charmap.Windows1253,
		"cp1254 1254 windows1254":                                                                        charmap.Windows1254,
		"cp1255 1255 windows1255":                                                                        charmap.Windows1255,
		"cp1256 1256 windows1256":                                                                        charmap.Windows1256,
		"cp1257 1257 windows1257":                                                                        charmap.Windows1257,
		"cp1258 1258 windows1258":                                                                        charmap.Windows1258,
		"eucjp ujis":                                                                                     japanese.EUCJP,
		"shiftjis sjis csshiftjis xmacjapanese":                                                          japanese.ShiftJIS,
		"euckr korean cp949 949 ms949 uhc ksc5601 ksc56011987 ksx1001 cseuckr":                           korean.EUCKR,
		"gbk 936 cp936 ms936":                                                                            simplifiedchinese.GBK,
		"gb2312 chinese euccn eucgb2312cn gb231280 gb23121980":                                           simplifiedchinese.GBK,
		"big5 big5tw csbig5 big5hkscs hkscs cp950 950 ms950":                                             traditionalchinese.Big5,
	})
)

func names(list string) map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(list) {
		set[name] = true
	}
	return set
}

func byName[E any](table map[string]E) map[string]E {
	all := map[string]E{}
	for list, e := range table {
		for name := range strings.FieldsSeq(list) {
			all[name] = e
		}
	}
	return all
}
