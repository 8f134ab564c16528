"""Reads files again that readers of an older version could not read, from the archive: their server says "not modified" for as
long as they are not replaced, so that they would never be read otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from core.nouns import Attachment
from crawler.archive import EvidenceError, read_evidence
from crawler.attachments import READERS, read_attachment
from crawler.run import archive_root
from crawler.served import body_of
from store import rereading
from store.database import Engine, transaction
from store.rereading import Unread

MOST = 200
"""Files that one check reads again: a second or two as a rule, and a few minutes where each is made to be slow."""


def reread(
    engine: Engine, var: Path, *, readers: int = READERS, most: int = MOST, progress: Callable[[str, int, int], None] | None = None
) -> int:
    """Read at most so many of a town's files again; how many were. Bytes that lie on another machine are left to it, damaged ones
    to ``evidence verify``. Each record is written on its own: a check that is killed goes on where it was."""
    root, done, after = archive_root(var), 0, 0
    while done < most:
        with engine.connect() as connection:
            found = rereading.unread(connection, readers, after=after)
        if not found:
            break
        for one in found:
            read = list(_read(root, one, most - done))
            if read:
                with transaction(engine) as connection:
                    rereading.save(connection, one, read)
            done, after = done + len(read), one.record_id
            if progress is not None:
                progress("reread", done, 0)
            if done >= most:
                break
    return done


def _read(root: Path, one: Unread, most: int) -> Iterator[Attachment]:
    for attachment in one.attachments[:most]:
        if attachment.evidence is None or not (root / attachment.evidence.warc_file).exists():
            continue
        try:
            archived = read_evidence(root, attachment.evidence)
            body = body_of(archived)
        except EvidenceError:
            continue
        content_type = next((value for name, value in archived.headers if name.lower() == "content-type"), None)
        yield read_attachment(attachment, body, content_type)
