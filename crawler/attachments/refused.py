"""Files that are known and not read, with what they are: a clerk must know what to look at."""

from __future__ import annotations

_PICTURE = "图片，其中的文字不能读取，请人工核对"
_SOUND, _FILM = "音频文件，没有文字可读", "视频文件，没有文字可读"
_PROGRAM = "可执行程序，不应作为附件发布"
_PACKED = "压缩包格式不支持（{}），请改用 ZIP"
_CEB, _GD = "方正 CEB 版式文件，不能读取，请改用 PDF 或 OFD", "书生版式文件，不能读取，请改用 PDF 或 OFD"
_STARTS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"Rar!\x1a\x07", _PACKED.format("RAR")), (0, b"7z\xbc\xaf\x27\x1c", _PACKED.format("7z")),
    (0, b"\x1f\x8b", _PACKED.format("gz")), (0, b"BZh", _PACKED.format("bz2")), (0, b"\xfd7zXZ", _PACKED.format("xz")),
    (0, b"MSCF", _PACKED.format("cab")), (257, b"ustar", _PACKED.format("tar")),
    (0, b"\xff\xd8\xff", _PICTURE), (0, b"\x89PNG\r\n", _PICTURE), (0, b"GIF8", _PICTURE), (0, b"II*\0", _PICTURE),
    (0, b"MM\0*", _PICTURE), (0, b"BM", _PICTURE), (8, b"WEBP", _PICTURE), (4, b"ftypheic", _PICTURE),
    (4, b"ftypmif1", _PICTURE), (0, b"8BPS", _PICTURE), (0, b"\xd7\xcd\xc6\x9a", _PICTURE),
    (0, b"AC10", "CAD 图纸，不能读取，请人工核对"),
    (0, b"ID3", _SOUND), (0, b"\xff\xfb", _SOUND), (0, b"\xff\xf3", _SOUND), (8, b"WAVE", _SOUND), (0, b"fLaC", _SOUND),
    (0, b"OggS", _SOUND), (0, b"#!AMR", _SOUND), (4, b"ftypM4A", _SOUND),
    (4, b"ftyp", _FILM), (8, b"AVI ", _FILM), (0, b"FLV\x01", _FILM), (0, b"\x1a\x45\xdf\xa3", _FILM),
    (0, b"\x30\x26\xb2\x75", _FILM), (0, b"\0\0\x01\xba", _FILM),
    (0, b"MZ", _PROGRAM), (0, b"\x7fELF", _PROGRAM), (0, b"CEB", _CEB),
    (0, b"Founder CEB", _CEB),
)  # fmt: skip
_NAMES = {
    ".rar": _PACKED.format("RAR"), ".7z": _PACKED.format("7z"), ".ceb": _CEB, ".cebx": _CEB, ".gd": _GD, ".sep": _GD,
    ".caj": "CAJ 文件，不能读取，请改用 PDF", ".swf": "Flash 动画，不能读取", ".exe": _PROGRAM, ".msi": _PROGRAM, ".apk": _PROGRAM,
    ".bat": _PROGRAM, ".dwg": "CAD 图纸，不能读取，请人工核对",
    ".pdf": "不是 PDF 文件或已损坏", ".docx": "不是 Word 文件或已损坏", ".xlsx": "不是 Excel 文件或已损坏",
    ".ofd": "不是 OFD 文件或已损坏", ".zip": "不是压缩包或已损坏", ".rtf": "不是 RTF 文件或已损坏",
}
_BINARY = {".doc": "Word 文件损坏", ".wps": "WPS 文件损坏", ".xls": "Excel 文件损坏", ".et": "WPS 表格损坏"}
"""What may be text under the name: many programs write tables so."""


def refused_by_content(body: bytes) -> str:
    """Why a file is not read, by its first bytes, or ''."""
    for at, mark, reason in _STARTS:
        if body[at : at + len(mark)] == mark and (len(mark) > 2 or b"\0" in body[:4096]):
            return reason
    return ""


def refused_by_name(body: bytes, suffix: str) -> str:
    """Why a file that begins like nothing known is not read, or '' for what may be text."""
    wide = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    return _NAMES.get(suffix) or (_BINARY.get(suffix, "") if b"\0" in body[:4096] and not wide else "")
