"""What a site's certificate says of itself. The chain is not followed: which authorities are trusted differs by machine."""

from __future__ import annotations

from cryptography import x509

from core.visits import Certificate


def certificate_of(der: bytes, host: str) -> Certificate | None:
    """Until when it is good, and why a browser refuses it whatever the day; None for what is no certificate."""
    try:
        found = x509.load_der_x509_certificate(der)
        return Certificate(until=found.not_valid_after_utc, fault=_fault(found, host))
    except ValueError:
        return None


def _fault(found: x509.Certificate, host: str) -> str:
    if found.issuer == found.subject:
        return "证书是自签名的"
    names = _names(found)
    if names and not any(_covers(name, host.lower()) for name in names):
        return f"证书是发给 {'、'.join(names[:3])} 的，不是 {host}"
    return ""


def _names(found: x509.Certificate) -> list[str]:
    try:
        alternative = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    addresses = [str(address) for address in alternative.get_values_for_type(x509.IPAddress)]
    return [name.lower() for name in alternative.get_values_for_type(x509.DNSName)] + addresses


def _covers(name: str, host: str) -> bool:
    """A wildcard stands for one label (RFC 6125)."""
    return name == host or (name.startswith("*.") and host.partition(".")[2] == name[2:])
