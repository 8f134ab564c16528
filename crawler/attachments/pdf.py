"""PDF by PDFium: the text of each page by lines."""

from __future__ import annotations

from typing import Any

import pypdfium2

from crawler.attachments.document import Document, UnreadableError
from crawler.attachments.limits import MAX_PAGES, Reading
from crawler.attachments.printed import Seen, document_of

_PATH, _IMAGE, _SHADING = 2, 3, 4   # FPDF_PAGEOBJ_*
_FAR = 100_000
_LOOK = 40
"""Letters below which a page is looked at for pictures."""
_MOST_OBJECTS = 2_000


def read_pdf(body: bytes, reading: Reading) -> Document:
    """Raises UnreadableError for what is encrypted, damaged, scanned or gibberish."""
    try:
        document: Any = pypdfium2.PdfDocument(body)  # type: ignore[no-untyped-call]
    except pypdfium2.PdfiumError as error:
        raise UnreadableError("PDF 已加密，需要密码" if "password" in str(error).lower() else "PDF 已损坏") from None
    unread: list[str] = []
    try:
        count = len(document)
        if not count:
            raise UnreadableError("PDF 已损坏（没有页面）")
        if count > MAX_PAGES:
            unread.append(f"共 {count} 页，只读了前 {MAX_PAGES} 页")
        pages: list[Seen] = []
        for number in range(min(count, MAX_PAGES)):
            if pages and reading.late():
                unread = [f"共 {count} 页，读取超过时限，只读了前 {number} 页"]
                break
            pages.append(_page(document, number, unread, reading))
    finally:
        document.close()
    return document_of(pages, "PDF", unread)


def _page(document: Any, number: int, unread: list[str], reading: Reading) -> Seen:
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        unread.append(f"第{number + 1}页已损坏")
        return Seen(())
    words = page.get_textpage()
    # What runs over the edge of the paper is in the file all the same.
    text = words.get_text_bounded(-_FAR, -_FAR, _FAR, _FAR).replace("\r\n", "\n")
    words.close()
    if reading.full(text):
        text = ""
    few = len("".join(text.split())) < _LOOK
    picture, drawn = _pictures(page) if few else (False, False)
    page.close()
    return Seen(tuple(line.strip() for line in text.split("\n")), picture, drawn)


def _pictures(page: Any) -> tuple[bool, bool]:
    """Whether one picture covers half of the page, and whether anything is drawn."""
    area, drawn = page.get_width() * page.get_height(), False
    for count, found in enumerate(page.get_objects(max_depth=3)):
        if found.type in (_PATH, _IMAGE, _SHADING):
            drawn = True
        if found.type == _IMAGE:
            left, bottom, right, top = found.get_bounds()
            if (right - left) * (top - bottom) > area / 2:
                return True, True
        if count > _MOST_OBJECTS:
            break
    return False, drawn
