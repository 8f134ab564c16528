"""The body of an archived answer: as it was served, it may still be compressed."""

from __future__ import annotations

import sys
import zlib

# Both come with Scrapy.
import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from crawler.archive import Archived, EvidenceError

MAX_BODY = 64 * 1024 * 1024


def body_of(archived: Archived) -> bytes:
    """The bytes that a reader would see; raises EvidenceError where they cannot be unpacked or are too many."""
    codings = {name.lower(): value.lower().strip() for name, value in archived.headers}.get("content-encoding", "")
    body = archived.payload
    for coding in reversed([part.strip() for part in codings.split(",") if part.strip()]):
        try:
            body = _unpacked(coding, body)
        except (zlib.error, brotli.error, zstd.ZstdError) as error:
            raise EvidenceError(f"存档的网页解压失败（{coding}）：{archived.url}") from error
        if len(body) > MAX_BODY:
            raise EvidenceError(f"存档的网页解压后超过 {MAX_BODY // 1024 // 1024} MB：{archived.url}")
    return body


def _unpacked(coding: str, body: bytes) -> bytes:
    if coding in ("gzip", "x-gzip"):
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, MAX_BODY + 1)
    if coding == "deflate":
        # Some servers send it without its header.
        wrapped = body[:1] and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
        return zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS).decompress(body, MAX_BODY + 1)
    if coding == "br":
        return bytes(brotli.Decompressor().process(body, output_buffer_limit=MAX_BODY + 1))
    if coding == "zstd":
        return zstd.ZstdDecompressor().decompress(body, MAX_BODY + 1)
    return body
