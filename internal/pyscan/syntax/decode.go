package syntax

import "bytes"

// maxSource bounds a file's size, so that offsets fit the tokens' fields.
const maxSource = 1 << 28

// decode turns source bytes into UTF-8 text with "\n" as line ends. With a fault,
// the text is what the fault's offset counts.
func decode(src []byte) (string, *fault) {
	if len(src) > maxSource {
		return "", faultf(0, "the file has %d bytes; no more than %d are read", len(src), maxSource)
	}
	src, marked := bytes.CutPrefix(src, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(src, '\r') >= 0 {
		src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
		src = bytes.ReplaceAll(src, []byte("\r"), []byte("\n"))
	}
	if i := bytes.IndexByte(src, 0); i >= 0 {
		return string(src), faultf(i, "NUL byte: Python source holds none; is this a binary file, or text in UTF-16?")
	}
	d := declared(src)
	if marked && d.name != "" && !utf8Names[d.codec()] {
		return string(src), faultf(d.offset, "encoding %q is declared, and the file begins with the byte order mark of UTF-8; remove one of them", d.name)
	}
	return decodeAs(d, src)
}
