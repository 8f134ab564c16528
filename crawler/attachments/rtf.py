"""Rich text (.rtf, and .doc files that are rich text): groups, control words, and characters in the code page of their font."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from crawler.attachments.blocks import Blocks
from crawler.attachments.document import Document, Part, UnreadableError
from crawler.attachments.limits import Reading

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.DOTALL
)
_BRACE = re.compile(rb"\\bin(\d{1,9}) ?|\\.|[{}]", re.DOTALL)
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet info pict objdata themedata colorschememapping datastore listtable listoverridetable rsidtbl "
    b"generator xmlnstbl fldinst bkmkstart bkmkend nonshppict shprslt sn sv nonesttables nesttableprops latentstyles mmathPr "
    b"filetbl revtbl pntext listtext picprop panose falt fontemb wgrffmtfilter userprops docvar blipuid xe tc".split()
)
_KEPT = frozenset(b"shpinst shptxt ud footnote annotation ftnsep fldrslt hlinkbase".split())
_ASIDES = {
    b"header": "页眉", b"headerl": "页眉", b"headerr": "页眉", b"headerf": "页眉", b"footer": "页脚", b"footerl": "页脚",
    b"footerr": "页脚", b"footerf": "页脚", b"footnote": "脚注", b"annotation": "批注", b"shptxt": "文本框",
}  # fmt: skip
_SIGNS = {
    b"tab": "\t", b"line": "\n", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“",
    b"rdblquote": "”", b"bullet": "•", b"emspace": " ", b"enspace": " ", b"qmspace": " ",
}  # fmt: skip
_ENDS = frozenset((b"par", b"sect", b"page", b"cell", b"nestcell", b"row", b"nestrow"))
_CHARSETS = {0: "cp1252", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 204: "cp1251", 161: "cp1253", 238: "cp1250"}
_WIDE = {936: "gb18030", 950: "cp950", 932: "cp932", 949: "cp949", 54936: "gb18030", 65001: "utf-8"}
_DEEPEST = 1000


@dataclass(slots=True)
class _Flow(Blocks):
    """A stream of text becoming paragraphs and tables: the body's, or that of a header, note or text box."""

    pieces: list[str] = field(default_factory=list)

    def text(self) -> str:
        said = "".join(self.pieces)
        self.pieces.clear()
        return said.strip(" \r\n")

    def end(self, word: bytes, in_table: bool) -> None:
        """A paragraph, cell or row has ended."""
        if word == b"cell":
            self.cells.append(self.text())
        elif word == b"row":
            self.row()
        elif word in (b"nestcell", b"nestrow") or in_table:
            self.pieces.append("\t" if word == b"nestcell" else "\n")
        else:
            self.paragraph(self.text().strip())


@dataclass(slots=True)
class _State:
    """What a group inherits and its end takes back."""

    flow: _Flow
    skip: bool = False
    fonts: bool = False
    font: int = -1
    fallback: int = 1
    in_table: bool = False
    starred: bool = False


def read_rtf(body: bytes, reading: Reading) -> Document:
    """Raises UnreadableError."""
    reader = _Reader(reading)
    reader.run(body)
    if not (parts := tuple(reader.parts())):
        raise UnreadableError("RTF 文件里没有文字（可能只有图片）")
    return Document(parts)


def _past(body: bytes, at: int) -> int:
    """Where the group that begins before ``at`` ends: at its closing brace."""
    depth = 0
    while match := _BRACE.search(body, at):
        if match[0] == b"}":
            if not depth:
                return match.start()
            depth -= 1
        depth += match[0] == b"{"
        at = match.end() + (min(int(match[1]), len(body)) if match[1] else 0)
    return len(body)


class _Reader:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.body = _Flow()
        self.asides: list[_Flow] = []
        self.state = _State(self.body)
        self.stack: list[_State] = []
        self.encoding = "cp1252"
        self.charsets: dict[int, str] = {}
        self.bytes = bytearray()
        self.to_skip = 0
        self.high = ""

    def parts(self) -> Iterator[Part]:
        """Everything read: the body, then headers, notes and text boxes."""
        for flow in (self.body, *self.asides):
            flow.end(b"par", in_table=False)
            yield from flow.parts

    def run(self, body: bytes) -> None:
        """Through the file's tokens."""
        at = count = 0
        while at < len(body) and (match := _TOKEN.match(body, at)):
            at = match.end()
            count += 1
            if not count % 2000:
                self.reading.check()
            word, number, code, sign, brace, text = match.groups()
            if code is not None:
                self._byte(int(code, 16))
            elif text is not None:
                self._plain(text)
            elif brace is not None:
                self._group(brace)
            elif word == b"bin":
                at += max(0, min(int(number or 0), len(body) - at))
            elif word is not None:
                self._word(word, None if number is None else int(number))
                if self.state.skip and not self.state.fonts:
                    at = _past(body, at)
            elif sign is not None:
                self._sign(sign)
        self._flush()

    def _group(self, brace: bytes) -> None:
        self._flush()
        self.to_skip = 0
        if brace == b"{":
            if len(self.stack) >= _DEEPEST:
                raise UnreadableError("RTF 文件损坏（嵌套过深）")
            self.stack.append(self.state)
            self.state = replace(self.state, starred=False)
        elif self.stack:
            self.state = self.stack.pop()

    def _word(self, word: bytes, number: int | None) -> None:
        if word == b"u" and number is not None:
            self._unicode(number & 0xFFFF)
            return
        self._flush()
        state = self.state
        if self.to_skip and word not in _ENDS:
            self.to_skip -= 1
        elif word in _SKIPPED or (state.starred and word not in _KEPT):
            state.skip, state.fonts = True, word == b"fonttbl"
        elif word in _ASIDES and not state.skip:
            state.flow = _Flow(_ASIDES[word])
            self.asides.append(state.flow)
            state.in_table = False
        elif not state.skip and word in _ENDS:
            self.to_skip = 0
            state.flow.end(word, state.in_table)
        elif not state.skip and word in _SIGNS:
            state.flow.pieces.append(_SIGNS[word])
        else:
            self._setting(word, number)
        state.starred = False

    def _setting(self, word: bytes, number: int | None) -> None:
        state = self.state
        if word == b"ansicpg" and number is not None:
            self.encoding = _WIDE.get(number, f"cp{number}" if number in range(1250, 1259) else "cp1252")
        elif word == b"f" and number is not None:
            state.font = number
        elif word == b"fcharset" and number is not None and state.fonts:
            self.charsets[state.font] = _CHARSETS.get(number, "")
        elif word == b"uc" and number is not None:
            state.fallback = max(0, min(number, 10))
        elif word == b"intbl":
            state.in_table = True
        elif word == b"pard":
            state.in_table = False

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self.state.starred = True
        elif sign in (b"\n", b"\r"):
            self._word(b"par", None)
        elif sign in (b"~", b"_", b"{", b"}", b"\\"):
            self._byte(b" -{}\\"[b"~_{}\\".index(sign)])

    def _byte(self, byte: int) -> None:
        if self.to_skip:
            self.to_skip -= 1
        elif not self.state.skip:
            self.bytes.append(byte)

    def _plain(self, text: bytes) -> None:
        if self.to_skip:
            text, self.to_skip = text[self.to_skip :], max(0, self.to_skip - len(text))
        if not self.state.skip:
            self.bytes += text

    def _unicode(self, code: int) -> None:
        self._flush()
        self.to_skip = self.state.fallback
        if self.state.skip:
            return
        if 0xD800 <= code < 0xDC00:
            self.high = chr(code)
            return
        pair = (self.high + chr(code)).encode("utf-16-le", "surrogatepass")
        self.high = ""
        self._say(pair.decode("utf-16-le", "replace"))

    def _flush(self) -> None:
        """Bytes so far to characters: in the file's own code page if it is one of wide characters, else the font's."""
        if self.bytes:
            data = bytes(self.bytes)
            self.bytes.clear()
            self._say(self._decoded(data))

    def _decoded(self, data: bytes) -> str:
        if data.isascii():
            return data.decode("ascii")
        font = self.charsets.get(self.state.font, "")
        order = [self.encoding, font] if font in ("", "cp1252") else [font, self.encoding]
        for encoding in filter(None, [*order, "gb18030"]):
            if encoding == "cp1252" and "gb18030" in order:
                continue
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
        return data.decode("cp1252", "replace")

    def _say(self, text: str) -> None:
        if not self.reading.full(text):
            self.state.flow.pieces.append(text)
