"""OFD, the national format of fixed pages (GB/T 33190-2016): a ZIP of XML, text in TextCode by page."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator

from lxml import etree

from crawler.attachments.document import Document, UnreadableError
from crawler.attachments.limits import MAX_PAGES, Reading
from crawler.attachments.opening import attribute, local, parse_xml
from crawler.attachments.printed import Seen, document_of


def read_ofd(archive: zipfile.ZipFile, reading: Reading) -> Document:
    """Raises UnreadableError for what is encrypted, damaged or scanned."""
    package = _Package(archive, reading)
    roots = [node.text or "" for node in package.xml("", "OFD.xml")[1].iter() if local(node) == "DocRoot"]
    pages: list[Seen] = []
    unread: list[str] = []
    for root in roots:
        path, document = package.xml("", root)
        templates = {
            attribute(node, "ID"): attribute(node, "BaseLoc") for node in document.iter() if local(node) == "TemplatePage"
        }
        listed = [node for node in document.iter() if local(node) == "Page"]
        if len(listed) > MAX_PAGES:
            unread.append(f"共 {len(listed)} 页，只读了前 {MAX_PAGES} 页")
        for node in listed[:MAX_PAGES]:
            pages.append(_page(package, path, attribute(node, "BaseLoc"), templates, len(pages) + 1, unread))
    if not pages:
        raise UnreadableError("OFD 文件损坏（没有页面）")
    return document_of(pages, "OFD", unread)


class _Package:
    """The parts of a file by their place; names differ in case and slashes between programs."""

    def __init__(self, archive: zipfile.ZipFile, reading: Reading) -> None:
        self.archive, self.reading = archive, reading
        self.names = {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}

    def xml(self, base: str, location: str) -> tuple[str, etree._Element]:
        """A part's path and root, by its place as written in another part; raises UnreadableError."""
        path = posixpath.normpath(posixpath.join("/", posixpath.dirname(base), location.strip().replace("\\", "/"))).lstrip("/")
        name = self.names.get(path.lower()) or self.names.get(location.strip().lstrip("/").lower())
        if name is None:
            raise UnreadableError("OFD 文件损坏或已加密（缺少内容）")
        return path, parse_xml(self.reading.unpack(self.archive, name))


def _page(
    package: _Package, document: str, location: str, templates: dict[str, str], number: int, unread: list[str],
) -> Seen:  # fmt: skip
    package.reading.check()
    try:
        _, page = package.xml(document, location)
        lines = list(_lines(page))
        for used in (node for node in page.iter() if local(node) == "Template"):
            if place := templates.get(attribute(used, "TemplateID")):
                lines += _lines(package.xml(document, place)[1])
    except UnreadableError as error:
        unread.append(f"第{number}页：{error}")
        return Seen(())
    if package.reading.full("".join(lines)):
        return Seen(())
    picture = any(local(node) == "ImageObject" for node in page.iter())
    drawn = picture or any(local(node) == "PathObject" for node in page.iter())
    return Seen(tuple(lines), picture, drawn)


def _lines(page: etree._Element) -> Iterator[str]:
    """Runs of text joined to lines: many programs write each run, even each character, as an object of its own."""
    text, last_y, last_end = "", 0.0, 0.0
    for node in page.iter():
        if local(node) != "TextObject":
            continue
        left, top, *_ = [*_floats(attribute(node, "Boundary")), 0.0, 0.0]
        size = next(iter(_floats(attribute(node, "Size"))), 0.0) or 3.5
        for code in (child for child in node if local(child) == "TextCode"):
            run = code.text or ""
            x, y = left + _float(attribute(code, "X")), top + _float(attribute(code, "Y"))
            if text and abs(y - last_y) > size * 0.6:
                yield text.strip()
                text = ""
            elif text and x - last_end > size * 0.6:
                text += " "
            text += run.replace("\n", " ")
            last_y, last_end = y, x + _width(run, attribute(code, "DeltaX"), size)
    if text:
        yield text.strip()


def _width(run: str, deltas: str, size: float) -> float:
    """How far a run reaches: its steps, or half an em for Latin and one for the rest."""
    steps: list[float] = []
    words, at = deltas.split(), 0
    while at < len(words) and len(steps) < len(run):
        if words[at] == "g" and at + 2 < len(words):
            steps += [_float(words[at + 2])] * min(int(_float(words[at + 1])), len(run))
            at += 3
        else:
            steps.append(_float(words[at]))
            at += 1
    last = size / 2 if run[-1:] < "\x80" else size
    return sum(steps) + last if steps else sum(size / 2 if char < "\x80" else size for char in run)


def _float(text: str) -> float:
    try:
        return min(max(float(text), -1e6), 1e6)
    except ValueError:
        return 0.0


def _floats(text: str) -> list[float]:
    return [_float(word) for word in text.split()]
