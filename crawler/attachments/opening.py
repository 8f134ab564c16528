"""Opening what is packed: ZIP containers and XML, both from strangers."""

from __future__ import annotations

import io
import zipfile

from lxml import etree

from crawler.attachments.document import UnreadableError

MAX_ENTRIES = 20_000
"""Of a container's directory: a workbook of 200 sheets with pictures has about 2,000."""


def open_zip(body: bytes) -> zipfile.ZipFile:
    """The archive of some bytes; raises UnreadableError."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UnreadableError("文件损坏（压缩包不完整）") from error
    if len(archive.infolist()) > MAX_ENTRIES:
        raise UnreadableError(f"压缩包内条目超过 {MAX_ENTRIES} 个")
    return archive


def parse_xml(data: bytes) -> etree._Element:
    """The root of an XML part. Entities stay as they are, nothing is fetched, depth is limited; raises UnreadableError."""
    # A parser each: one that met an error may keep its state.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        # The library does not always say that it ran out.
        if "emory" in str(error) or "unknown" in str(error):
            raise MemoryError from error
        raise UnreadableError("文件损坏（内部 XML 不合格式）") from error


def local(element: etree._Element) -> str:
    """An element's name without its namespace: strict and transitional documents differ in that alone."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str:
    """An attribute by its name without namespace, or ''."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""
