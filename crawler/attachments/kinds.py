"""What a file is, by its beginning and never by its name alone, and who reads it."""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePosixPath
from urllib.parse import unquote

from crawler.attachments import odf
from crawler.attachments.document import Document, UnreadableError
from crawler.attachments.html import A_PAGE, MARKUP, is_document, read_html, read_mhtml
from crawler.attachments.limits import MAX_BYTES, MB, Reading
from crawler.attachments.ole import MAGIC, Container, refuse_other
from crawler.attachments.opening import local, open_zip, parse_xml
from crawler.attachments.plain import read_text
from crawler.attachments.refused import refused_by_content, refused_by_name

_PAGES = (".html", ".htm", ".shtml", ".xhtml", ".jsp", ".php", ".aspx", ".asp")
_MHTML = re.compile(rb"^\s*(?:MIME-Version:|From:|Content-Type: multipart/related)", re.IGNORECASE)
_XML = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml")


def read(name: str, body: bytes, reading: Reading, pages: bool = True) -> Document:
    """The document of a file's bytes. ``pages``: an HTML file is what was asked for, not what came instead. Raises
    UnreadableError with the reason, and whatever the libraries raise."""
    if not body:
        raise UnreadableError("文件是空的")
    if len(body) > MAX_BYTES:
        raise UnreadableError(f"文件超过 {MAX_BYTES // MB} MB")
    reading.check()
    suffix = PurePosixPath(unquote(name)).suffix.lower()[:12]
    if b"%PDF-" in body[:1024]:
        from crawler.attachments.pdf import read_pdf

        return read_pdf(body, reading)
    if body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(body, reading)
    if body.startswith(MAGIC[:4]):
        return _old_office(body, reading)
    if body.lstrip()[:5] == b"{\\rtf":
        from crawler.attachments.rtf import read_rtf

        return read_rtf(body.lstrip(), reading)
    if reason := refused_by_content(body):
        raise UnreadableError(reason)
    if document := _markup(body, suffix, reading, pages):
        return document
    if reason := refused_by_name(body, suffix):
        raise UnreadableError(reason)
    return read_text(body, suffix, reading)


def _markup(body: bytes, suffix: str, reading: Reading, pages: bool) -> Document | None:
    if _XML.match(body) and (document := _office_xml(body, reading)):
        return document
    if _MHTML.match(body) and b"multipart/related" in body[:4096].lower():
        return read_mhtml(body, reading)
    if suffix in (".txt", ".csv") and not MARKUP.match(body.lstrip(b"\xef\xbb\xbf \t\r\n")):
        return None
    if MARKUP.search(body[:4096]) or suffix in _PAGES:
        if not pages and not is_document(body, suffix):
            raise UnreadableError(A_PAGE)
        return read_html(body, reading)
    return None


def _zipped(body: bytes, reading: Reading) -> Document:
    with open_zip(body) as archive:
        names = {name.replace("\\", "/") for name in archive.namelist()}
        if "word/document.xml" in names or (any(name.startswith("word/") for name in names) and "[Content_Types].xml" in names):
            from crawler.attachments.docx import read_docx

            return read_docx(archive, reading)
        if any(name.startswith("ppt/") for name in names):
            from crawler.attachments.pptx import read_pptx

            return read_pptx(archive, reading)
        open_document = _open_document(archive, reading)
        if open_document in odf.READ:
            return odf.read_odf(archive, reading)
        if names & {"xl/workbook.xml", "xl/workbook.bin"} or open_document == "spreadsheet":
            from crawler.attachments.workbook import measure, read_workbook

            if odf.is_sealed(archive, reading):
                raise UnreadableError("表格已加密，需要密码")
            measure(archive, reading)
            return read_workbook(body, reading)
        if "ofd.xml" in {name.lower().lstrip("/") for name in names}:
            from crawler.attachments.ofd import read_ofd

            return read_ofd(archive, reading)
        if "mimetype" in names:
            raise UnreadableError("OpenDocument 图形、公式或电子书文件，不能读取，请人工核对")
        from crawler.attachments.packed import read_zip

        return read_zip(archive, reading)


def _open_document(archive: zipfile.ZipFile, reading: Reading) -> str:
    if "mimetype" not in archive.namelist():
        return ""
    return reading.unpack(archive, "mimetype", MB).decode("ascii", "replace").strip().rpartition(".")[2]


def _old_office(body: bytes, reading: Reading) -> Document:
    container = Container(body)
    if "WordDocument" in container:
        from crawler.attachments.doc import read_doc

        return read_doc(container, reading)
    if "Workbook" in container or "Book" in container:
        from crawler.attachments.workbook import is_narrow, read_workbook

        return read_workbook(body, reading, is_narrow(container))
    refuse_other(container)
    raise AssertionError  # it always refuses


def _office_xml(body: bytes, reading: Reading) -> Document | None:
    """Word's and Excel's files of one XML part; None for other XML."""
    if b"schemas-microsoft-com:office" not in body[:4096] and b"schemas.microsoft.com/office" not in body[:4096]:
        return None
    root = parse_xml(body)
    kind = local(root)
    if kind == "Workbook":
        from crawler.attachments.workbook import read_excel_xml

        return read_excel_xml(root, reading)
    if kind in ("wordDocument", "package"):
        from crawler.attachments.docx import read_word_xml

        return read_word_xml(root, reading)
    return None
