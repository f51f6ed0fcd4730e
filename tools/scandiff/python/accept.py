"""Says of many odd sources whether Python's own parser takes them, for tools/scandiff.

    python accept.py FOLDER COUNT OUT

The sources are real ones of the folder with random damage, always the same, and some
that are odd by their bytes. OUT has, for each, a line of JSON: the source in base64 and
the parser's error, empty if there is none.
"""

from __future__ import annotations

import ast
import base64
import json
import random
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

TOKENS = (
    rb"""( ) [ ] { } : , = == := * ** @ \ " ' f' f'{x!r:>{y}}' t" rb"x" lambda if else for
    in async await yield return match case type import not is ... 1_0 0x 1e 1j 0777 #
    ; -> | ~ ! ? $ None True except* try: finally: with as / _ print u" b'\x' '\u12' del
    global nonlocal assert raise class def from break""".split()
    + [b'"""', b"\n", b"\n    ", b"\t", b"\\\n", b"\x0c", b"\r", b"\xc3\xa9", b"\xe9"]
    + [b"\0", b"\xef\xbb\xbf", b"\xc2\xa0", b"def f(): ", b"match x:\n", b"\x1a"]
)

ODD = [
    *(b"x = 1\\", b"x = 1\\\n", b"\\\n", b"\\", b"#\\", b"x = \\\n\n", b"(\\\n)\n"),
    *(b"", b"\n", b"\r", b"\x0c", b" ", b"\xef\xbb\xbf", b"x\x0by\n", b" \x0cx=1\n"),
    *(b"\xef\xbb\xbf\xef\xbb\xbfx", b"\xff\xfex\0", b"x=1\r\ry=2\r\n", b"if x:\r\ty\r"),
    b"(" * 199 + b")" * 199,
    b"(" * 201 + b")" * 201,
    b"".join(b" " * i + b"if x:\n" for i in range(99)) + b" " * 99 + b"x\n",
    b"".join(b" " * i + b"if x:\n" for i in range(100)) + b" " * 100 + b"x\n",
    b"x = " + b"-" * 500 + b"1\n",
    b"x = '" + b"a" * 1_000_000 + b"'\n",
    b"x = [" + b"1, " * 100_000 + b"]\n",
    b"\xef\xbb\xbf# coding: latin-1\nx = 1\n",
    b"\xef\xbb\xbf# coding: utf-8\nx = 1\n",
    b"x = 1\n# coding: nosuch\n",
    b"'''\n# coding: nosuch\n'''\n",
    b"#\r# coding: nosuch\r",
    b"#\r#\r# coding: nosuch\r",
    *(
        b"%s# coding: %s\n%s" % (before, name.encode(), after)
        for name in (
            *("utf-8", "utf8", "U8", "utf-8-unix", "utf_8_sig", "latin-1", "LATIN_1"),
            *("iso-8859-15", "cp1252", "windows-1251", "koi8-r", "mac_roman", "cp437"),
            *("euc_jp", "shift_jis", "cp932", "gbk", "gb18030", "big5", "euc-kr"),
            *("us-ascii", "utf-16", "utf-32", "rot13", "hex", "cp037", "nosuch"),
            *("tis-620", "cp869", "johab9", "utf-8.", "x-user", "iso-8859-7", "johab"),
            *("shift_jis_2004", "euc_jisx0213", "iso-8859-2", "iso-8859-10"),
        )
        for before in (b"", b"\n", b"#!x\n", b"\x0c")
        for after in (
            b"x = 1\n",
            b"x = '\xa4\xa2'\n",
            b"\xa4\xa2 = 1\n",
            b"x = '\x83\x5c'\n",
        )
    ),
]


def damaged(folder: str, count: int) -> Iterator[bytes]:
    files = [
        f for f in sorted(Path(folder).rglob("*.py")) if 300 < f.stat().st_size < 9000
    ]
    draw = random.Random(1)
    draw.shuffle(files)
    for i in range(count):
        source = files[i % len(files)].read_bytes()
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            source = damage(source, draw)
        yield source


def damage(source: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(source) + 1)
    how = draw.random()
    if how < 0.5:
        return source[:at] + draw.choice(TOKENS) + source[at:]
    if how < 0.7:
        return source[:at] + source[at + draw.randrange(1, 6) :]
    if how < 0.85:
        other = draw.randrange(len(source) + 1)
        return source[:at] + source[other : other + draw.randrange(1, 30)] + source[at:]
    return source[:at]


def error(source: bytes) -> str:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as found:
        return f"{type(found).__name__}: {found}"
    return ""


def main(folder: str, count: int, out: str) -> None:
    warnings.simplefilter("ignore")
    with open(out, "w", encoding="ascii") as stream:
        for source in (*ODD, *damaged(folder, count)):
            encoded = base64.b64encode(source).decode()
            stream.write(json.dumps({"source": encoded, "error": error(source)}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
