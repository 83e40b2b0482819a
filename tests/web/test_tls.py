"""Certificates are verified, always: what fails that is refused, and not tried again without."""

import socket
import ssl
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tasks.errors import StopRun
from tasks.web import Outcome, Web
from tests.web.sites import QUICK, Site, ask_one, names, page, redirect

NOW = datetime.now(UTC)
SIGNS = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    **dict.fromkeys(
        (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
            "key_agreement", "encipher_only", "decipher_only",
        ),
        False,
    ),
)  # fmt: skip


class Authority:
    """An authority of the tests' own, and the certificates that it signs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
        self.file = folder / "authority.pem"
        itself = (
            self._builder(self.name, self.key, NOW + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(SIGNS, critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False
            )
        )
        self.file.write_bytes(
            itself.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )

    def _builder(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=2))
            .not_valid_after(until)
        )

    def server(self, host: str = "127.0.0.1", *, days: float = 1.0) -> ssl.SSLContext:
        """Return what a server needs for a certificate of this host, valid for so many days."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        try:
            san: x509.GeneralName = x509.IPAddress(ip_address(host))
        except ValueError:
            san = x509.DNSName(host)
        # Python 3.13 wants the authority's key to be named.
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = (
            self._builder(name, key, NOW + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([san]), critical=False)
            .add_extension(issuer, critical=False)
        )
        file = self.folder / "server.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def test_a_certificate_of_a_known_authority_is_good(authority: Authority) -> None:
    with Site({"/": page()}, tls=authority.server()) as site:
        assert ask_one(site.url(), ca_file=authority.file).outcome is Outcome.FETCHED


@pytest.mark.parametrize(
    ("host", "days", "known"),
    [
        pytest.param("127.0.0.1", 1.0, False, id="unknown-authority"),
        pytest.param("127.0.0.1", -1.0, True, id="expired"),
        pytest.param("127.0.0.2", 1.0, True, id="another-host"),
    ],
)
def test_bad_certificates_are_refused(
    authority: Authority, host: str, days: float, known: bool
) -> None:
    with Site({"/": page()}, tls=authority.server(host, days=days)) as site:
        response = ask_one(site.url(), ca_file=authority.file if known else None)
    assert response.outcome is Outcome.REFUSED
    assert "certificate is not valid" in response.detail
    assert site.asked == []


def test_the_name_is_verified_and_not_the_address(authority: Authority) -> None:
    hosts = names(outlet_example=["127.0.0.1"])
    with Site({"/": page()}, tls=authority.server("outlet.example")) as site:
        url = site.url(host="outlet.example")
        assert ask_one(url, ca_file=authority.file, resolve=hosts).status == 200
    with Site({"/": page()}, tls=authority.server("127.0.0.1")) as site:
        url = site.url(host="outlet.example")
        assert "certificate" in ask_one(url, ca_file=authority.file, resolve=hosts).detail


def test_a_bad_certificate_behind_a_redirect_is_refused(authority: Authority) -> None:
    with (
        Site({"/": page()}, tls=authority.server()) as bad,
        Site({"/": redirect(bad.url())}) as site,
    ):
        response = ask_one(site.url())
    assert "certificate" in response.detail
    assert bad.asked == []


def test_a_server_that_is_silent_in_the_handshake_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        held: list[socket.socket] = []
        threading.Thread(target=lambda: held.append(server.accept()[0]), daemon=True).start()
        response = ask_one(f"https://127.0.0.1:{port}/", connect_seconds=0.2, attempts=1)
        for each in held:
            each.close()
    assert response.outcome is Outcome.REFUSED
    assert "no connection within 0.2 s" in response.detail


def test_a_server_without_tls_is_told() -> None:
    with Site({"/": page()}) as site:
        response = ask_one(site.url().replace("http:", "https:"))
    assert "TLS handshake failed" in response.detail


def test_a_file_of_authorities_that_is_not_there_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(StopRun, match="certificates"):
        Web(replace(QUICK, ca_file=tmp_path / "none.pem")).__enter__()
