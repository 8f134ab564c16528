"""Which network addresses a program that follows other people's links may connect to. Pure: no name is resolved here.

Sources: the IANA special-purpose registries (RFC 6890 and its updates), RFC 6052 and 8215 (NAT64), RFC 3056 (6to4), RFC 4380
(Teredo), RFC 5214 (ISATAP), and the metadata addresses that cloud hosts print in their manuals.
"""

from __future__ import annotations

import re
import unicodedata
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address

# The first that holds the address names the reason.
_REFUSED: Final[tuple[tuple[IPv4Network | IPv6Network, str], ...]] = tuple(
    (ip_network(network), reason)
    for reason, networks in {
        "云主机元数据地址": "169.254.169.254/32 169.254.170.2/32 100.100.100.200/32 168.63.129.16/32 192.0.0.192/32 "
                    "fd00:ec2::254/128",
        "本机地址": "127.0.0.0/8 ::1/128",
        "未指定地址": "0.0.0.0/8 ::/128",
        "内网地址": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10",
        "链路本地地址": "169.254.0.0/16 fe80::/10",
        "运营商内部地址": "100.64.0.0/10",
        "组播地址": "224.0.0.0/4 ff00::/8",
        "保留地址": "192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 "
                "64:ff9b:1::/48 100::/64 2001:db8::/32 2001:2::/48 3fff::/20 5f00::/16",
    }.items()
    for network in networks.split()
)
_EMBEDDING: Final[tuple[tuple[IPv6Network, int], ...]] = (
    # Network, and how far the IPv4 address lies from the right.
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("::ffff:0:0:0/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("2002::/16"), 80),
    (IPv6Network("::/96"), 0),
)
_TEREDO = IPv6Network("2001::/32")
_ISATAP = (0x00005EFE, 0x02005EFE)
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")


def refusal(address: Address) -> str | None:
    """Why an address is not of the public internet, in Chinese (``本机地址``…); None where it is. An IPv6 address that
    carries an IPv4 address is as good as the one it carries."""
    reason = next((reason for network, reason in _REFUSED if address in network), None)
    if reason is not None:
        return reason
    inner = _embedded(address) if isinstance(address, IPv6Address) else None
    if inner is not None:
        return refusal(inner)
    return None if address.is_global else "保留地址"


def literal(host: str) -> Address | None:
    """The address that a host name is, however odd its notation: with brackets, a zone, a final dot, full-width digits, or
    one to four decimal, octal (``0177``) or hexadecimal (``0x7f``) numbers as ``inet_aton`` reads them. None: a name."""
    text = unicodedata.normalize("NFKC", host).replace("。", ".").strip().strip("[]").split("%")[0].removesuffix(".")
    try:
        return ip_address(text)
    except ValueError:
        return _aton(text)


def _aton(text: str) -> IPv4Address | None:
    parts = text.split(".")
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        return None
    *front, last = numbers
    if any(number > 255 for number in front) or last >= 256 ** (5 - len(numbers)):
        return None
    return IPv4Address(sum(number << (24 - 8 * place) for place, number in enumerate(front)) + last)


def _number(text: str) -> int:
    """As C's ``strtoul`` with base 0; a bare ``0x`` is 0, as some resolvers take it."""
    if text[:2] in ("0x", "0X"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if len(text) > 1 and text.startswith("0") else 10)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    number = int(address)
    if address in _TEREDO:
        return IPv4Address((number & 0xFFFFFFFF) ^ 0xFFFFFFFF)
    if (number >> 32) & 0xFFFFFFFF in _ISATAP:
        return IPv4Address(number & 0xFFFFFFFF)
    shift = next((shift for network, shift in _EMBEDDING if address in network), None)
    return None if shift is None else IPv4Address((number >> shift) & 0xFFFFFFFF)
