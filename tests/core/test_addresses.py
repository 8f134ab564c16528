"""What counts as an address of the public internet, in every notation that a resolver takes."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.addresses import literal, refusal


@pytest.mark.parametrize(("text", "reason"), [
    ("127.0.0.1", "本机地址"), ("127.255.255.254", "本机地址"), ("::1", "本机地址"),
    ("0.0.0.0", "未指定地址"), ("0.1.2.3", "未指定地址"), ("::", "未指定地址"),
    ("10.0.0.1", "内网地址"), ("172.16.0.1", "内网地址"), ("172.31.255.255", "内网地址"), ("192.168.1.1", "内网地址"),
    ("fc00::1", "内网地址"), ("fd12:3456::1", "内网地址"), ("fec0::1", "内网地址"),
    ("169.254.169.254", "云主机元数据地址"), ("100.100.100.200", "云主机元数据地址"), ("fd00:ec2::254", "云主机元数据地址"),
    ("168.63.129.16", "云主机元数据地址"),   # public by its number, but answered inside the host
    ("169.254.1.1", "链路本地地址"), ("fe80::1", "链路本地地址"),
    ("100.64.0.1", "运营商内部地址"), ("100.127.255.255", "运营商内部地址"),
    ("224.0.0.1", "组播地址"), ("ff02::1", "组播地址"),
    ("240.0.0.1", "保留地址"), ("255.255.255.255", "保留地址"), ("192.0.2.1", "保留地址"), ("198.18.0.1", "保留地址"),
    ("2001:db8::1", "保留地址"),
    # IPv6 that carries IPv4: as good as what it carries.
    ("::ffff:127.0.0.1", "本机地址"), ("::ffff:10.0.0.1", "内网地址"), ("::ffff:169.254.169.254", "云主机元数据地址"),
    ("64:ff9b::7f00:1", "本机地址"), ("64:ff9b::a9fe:a9fe", "云主机元数据地址"), ("2002:7f00:1::", "本机地址"),
    ("2002:a00:1::1", "内网地址"), ("::7f00:1", "本机地址"), ("2400:3200::5efe:a00:1", "内网地址"),
    ("64:ff9b:1::1", "保留地址"),
    # Teredo carries its client's address with every bit turned over: this one is 10.0.0.1.
    ("2001:0:4136:e378:8000:63bf:f5ff:fffe", "内网地址"),
])
def test_refused(text: str, reason: str) -> None:
    assert refusal(ip_address(text)) == reason


@pytest.mark.parametrize("text", [
    "8.8.8.8", "114.114.114.114", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1", "169.253.0.1",
    "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
])
def test_public(text: str) -> None:
    assert refusal(ip_address(text)) is None


@pytest.mark.parametrize(("host", "address"), [
    ("127.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1"), ("127.0.1", "127.0.0.1"), ("2130706433", "127.0.0.1"),
    ("0x7f000001", "127.0.0.1"), ("0x7f.1", "127.0.0.1"), ("017700000001", "127.0.0.1"), ("0177.0.0.01", "127.0.0.1"),
    ("0", "0.0.0.0"), ("0x0", "0.0.0.0"), ("127.0.0.1.", "127.0.0.1"), ("[::1]", "::1"), ("fe80::1%eth0", "fe80::1"),
    ("１２７.０.０.１", "127.0.0.1"), ("127。0。0。1", "127.0.0.1"), ("①②⑦.0.0.1", "127.0.0.1"),
    ("0xa9fea9fe", "169.254.169.254"), ("169.254.43518", "169.254.169.254"),
])
def test_odd_notations(host: str, address: str) -> None:
    assert literal(host) == ip_address(address)


@pytest.mark.parametrize("host", ["", "localhost", "www.ahhuoshan.gov.cn", "1.2.3.4.5", "256.1.1.1", "09.1.1.1", "4294967296",
                                  "1..2", "-1", "0xg", "1.2.3.256"])
def test_names(host: str) -> None:
    assert literal(host) is None


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.lists(st.sampled_from(["d", "o", "x"]), min_size=4, max_size=4))
def test_reads_numbers_as_the_resolver_of_this_machine_does(number: int, count: int, bases: list[str]) -> None:
    whole = IPv4Address(number).packed
    values = [*whole[: count - 1], int.from_bytes(whole[count - 1:], "big")]
    formats = {"d": "{}", "o": "0{:o}", "x": "0x{:x}"}
    host = ".".join(formats[base].format(value) for base, value in zip(bases, values, strict=False))
    assert literal(host) == IPv4Address(socket.inet_aton(host))


@given(st.integers(0, 2**32 - 1))
def test_what_is_refused_is_refused_however_it_is_wrapped(number: int) -> None:
    plain = refusal(IPv4Address(number))
    assert refusal(IPv6Address(0xFFFF << 32 | number)) == plain
    assert refusal(IPv6Address(0x64FF9B << 96 | number)) == plain
