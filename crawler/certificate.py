"""What a site's certificate is worth to a browser: its names and days, and whether an authority that browsers trust has signed it.

The crawl itself verifies nothing: a page behind a broken chain is read like any other, and the chain is a finding. Trusted is what
Mozilla trusts (certifi), on every machine the same; revocation is not asked for. What a browser adds to an incomplete chain by itself
is not had here: such a chain is told apart from one that no public authority signed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import certifi
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from OpenSSL import crypto

from core.clock import local_text
from core.visits import INCOMPLETE, Certificate

_EXPIRED, _SELF_SIGNED_ABOVE, _NO_ISSUER, _NO_SIGNATURE = 10, 19, (2, 20), 21
"""OpenSSL's X509_V_ERR numbers."""


def certificate_of(
    der: bytes, host: str, at: datetime, chain: Sequence[bytes] = (), roots: Sequence[x509.Certificate] | None = None
) -> Certificate | None:
    """Until when it is good, and why a browser refuses it besides; None for what is no certificate, or
    none that can be read. ``chain``: what the server
    sends, its own first; without it who signed is not judged. ``roots``: who is trusted, where it is not the public authorities."""
    try:
        found = x509.load_der_x509_certificate(der)
        above = [x509.load_der_x509_certificate(one) for one in chain[1:]]
        faults = list(_faults(found, host, at))
        if chain and not _signed_by_itself(found):
            faults += _chain_faults(found, above, at, roots)
        return Certificate(until=found.not_valid_after_utc, fault="；".join(faults))
    except (ValueError, UnsupportedAlgorithm, crypto.Error):
        return None


def _faults(found: x509.Certificate, host: str, at: datetime) -> Iterator[str]:
    if found.not_valid_before_utc > at:
        yield f"证书自{local_text(found.not_valid_before_utc)}起才有效"
    if _signed_by_itself(found):
        yield "证书是自签名的"
    names = _names(found)
    if names and not any(_covers(name, host.lower()) for name in names):
        yield f"证书是发给 {'、'.join(names[:3])} 的，不是 {host}"


def _chain_faults(
    found: x509.Certificate, above: Sequence[x509.Certificate], at: datetime, roots: Sequence[x509.Certificate] | None
) -> Iterator[str]:
    # Its own days are told by themselves: they must not hide who signed it.
    within = min(max(at, found.not_valid_before_utc), found.not_valid_after_utc)
    store = crypto.X509Store()
    if roots is None:
        store.load_locations(certifi.where())
    for root in roots or ():
        store.add_cert(crypto.X509.from_cryptography(root))
    store.set_time(within)
    try:
        between = [crypto.X509.from_cryptography(one) for one in above]
        crypto.X509StoreContext(store, crypto.X509.from_cryptography(found), between).verify_certificate()
    except crypto.X509StoreContextError as error:
        yield _words(error.errors[0], found, [found, *above])


def _words(number: int, found: x509.Certificate, sent: Sequence[x509.Certificate]) -> str:
    top = next((one for one in sent if not any(other.subject == one.issuer for other in sent if other is not one)), sent[-1])
    if number == _EXPIRED:
        return "签发证书的中级机构证书已过期"
    if number in (*_NO_ISSUER, _NO_SIGNATURE) and not _signed_by_itself(top) and _says_where_its_issuer_is(top):
        return f"{INCOMPLETE}（缺“{_name(top.issuer)}”的证书），部分浏览器和手机会拦截访问"
    if number in (*_NO_ISSUER, _NO_SIGNATURE, _SELF_SIGNED_ABOVE):
        return f"证书由“{_name(top.issuer)}”签发，不是浏览器信任的公共机构"
    return f"证书链不能通过验证（OpenSSL 代码 {number}，由“{_name(found.issuer)}”签发）"


def _signed_by_itself(found: x509.Certificate) -> bool:
    return found.issuer == found.subject


def _says_where_its_issuer_is(found: x509.Certificate) -> bool:
    """As public authorities do, so that a browser can fetch what is missing."""
    try:
        access = found.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return False
    return any(one.access_method == AuthorityInformationAccessOID.CA_ISSUERS for one in access)


def _name(name: x509.Name) -> str:
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := name.get_attributes_for_oid(kind):
            return str(found[0].value)[:60]
    return "（未写名称）"


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
