"""What the scan of stored pages reads: the page and its attachments from the archive, as they were served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from core.clock import local_date
from core.nouns import Attachment, Evidence, StoredRecord
from core.visits import PageLink
from crawler.archive import EvidenceError, read_evidence
from crawler.attachments import UnreadableError, file_name
from crawler.readers import read_page
from crawler.readers.body_links import body_links
from crawler.readers.seen_links import seen_links
from crawler.run import archive_root
from crawler.served import body_of
from monitor.page_scans import Read
from monitor.scanned import Cell, Link, PageLinks, Paragraph, ScannedText, Table, WholeLink, from_text
from service.scanning import read_bytes


def reader(var: Path) -> Read:
    """Reads from the archive in a town's working folder."""
    root = archive_root(var)

    def read(stored: StoredRecord, evidence: Evidence | None) -> ScannedText | None:
        # A record without evidence is a row of a list: what is stored of it is all that there is.
        if evidence is None:
            return _stored_text(stored)
        if not (root / evidence.warc_file).exists():
            return None
        try:
            body = body_of(read_evidence(root, evidence))
        except EvidenceError:
            return _stored_text(stored)
        return _with_attachments(_page(stored, body), stored, root)

    return read


def _page(stored: StoredRecord, body: bytes) -> ScannedText:
    """The article, without the menus and the foot that every page of a site has: those are looked at once, as the site's."""
    article = read_page(body, url=stored.record.url)
    if not article.body and body.lstrip()[:1] != b"<":
        return _file(stored.record.url, body) or _stored_text(stored)
    published = stored.record.published.day if stored.record.published else None
    text = from_text(article.body, title=article.title or stored.record.title, published=published, unit="段")
    whole, to, written = links_of(body, stored.record.url)
    # An attachment that the crawl could not have at all is told already.
    told = {attachment.url for attachment in stored.record.attachments if attachment.state == "dead"}
    # An attachment's name is read by everyone, and stands outside the article's text.
    names = tuple(file.name for file in article.attachments if file.name not in article.body)
    listed = tuple(link for link in (*to, *_files(stored)) if link.url not in told)
    return replace(text, doubts=article.doubts, whole=whole, to=listed, links=written, names=names)


def links_of(body: bytes, url: str) -> tuple[PageLinks, list[PageLink], tuple[Link, ...]]:
    """Every link of a page as served, and those of its article, absolute and as written (a local address shows only there). Menus
    and foot are looked at for what was put there."""
    seen = seen_links(body, url=url)
    page, inside = body_links(body, url=url)
    to = [PageLink(url=page.absolute(link.href.strip()), text=link.text or link.title) for link in inside]
    places = {(link.url, link.text) for link in to}
    whole = tuple(
        WholeLink(link.url, link.text, link.hidden, link.place, link.block, (link.url, link.text) in places) for link in seen.links
    )
    written = tuple(Link("正文链接", link.href, link.text) for link in inside if not link.href.startswith("#"))
    return PageLinks(whole, heads=seen.heads), to, written


def _files(stored: StoredRecord) -> Iterator[PageLink]:
    for attachment in stored.record.attachments:
        yield PageLink(url=attachment.url, text=attachment.name, attachment=True)


def _stored_text(stored: StoredRecord) -> ScannedText:
    published = local_date(stored.record.published.at) if stored.record.published else None
    return from_text(stored.record.body, title=stored.record.title, published=published, unit="段")


def _with_attachments(page: ScannedText, stored: StoredRecord, root: Path) -> ScannedText:
    parts, unread = list(page.parts), list(page.unread)
    for attachment in stored.record.attachments:
        place, read = f"附件《{attachment.name}》", _attachment(attachment, root)
        parts += _placed(read, place)
        unread += [f"{place}{reason}" for reason in read.unread]
    return replace(page, parts=tuple(parts), unread=tuple(unread))


def _attachment(attachment: Attachment, root: Path) -> ScannedText:
    if attachment.evidence is not None:
        try:
            body = body_of(read_evidence(root, attachment.evidence))
        except EvidenceError:
            body = b""
        if body and (read := _file(file_name(attachment), body)) is not None:
            return read
    return from_text(attachment.text)


def _file(name: str, body: bytes) -> ScannedText | None:
    try:
        return read_bytes(name, body)
    except UnreadableError:
        # Why it cannot be read is the attachment's own finding; what was read of it in the crawl is scanned.
        return None


def _placed(text: ScannedText, name: str) -> Iterator[Paragraph | Table]:
    for part in text.parts:
        if isinstance(part, Table):
            rows = tuple(tuple(Cell(name + cell.where, cell.text) for cell in row) for row in part.rows)
            yield Table(name + part.where, rows)
        else:
            yield Paragraph(name + part.where, part.text)
