"""How directories are read, and how much may happen at once: what a studio.yaml says of it, and what is a mistake."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from concierge.catalog.load import load
from concierge.catalog.model import Catalog, IdentityStore, Ldap, Removals
from concierge.catalog.source import compile_file
from concierge.errors import CatalogError
from tests.support.studio_file import GOOD, problems, write

CORP = "  - name: corp.example.com\n"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:studio/ad-reader-AbCdEf"
LDAP = f"""\
    canary: Svc-Studio-Canary
    ldap:
      servers: [dc1.corp.example.com, dc2.corp.example.com]
      base_dn: DC=corp,DC=example,DC=com
      secret: {SECRET}
      ca_file: corp-ca.pem
"""
STORE = "    identity_store: {id: d-9067d4e5f6, region: eu-west-1}\n"
KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(name: str) -> str:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    return built.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


FIRST, SECOND = certificate("Corp Root 1"), certificate("Corp Root 2")


def studio(folder: Path, lines: str, *, end: str = "", pem: str = FIRST) -> Path:
    """A studio.yaml whose directory has these lines too, beside the certificates that it names."""
    (folder / "corp-ca.pem").write_bytes(pem.encode())
    return write(folder, GOOD.replace(CORP, CORP + lines, 1) + end)


def loaded(folder: Path, lines: str, *, end: str = "", pem: str = FIRST) -> Catalog:
    return load(compile_file(studio(folder, lines, end=end, pem=pem)))


def test_an_active_directory_is_read_with_the_certificates_that_were_there_at_compile_time(tmp_path: Path) -> None:
    (directory,) = loaded(tmp_path, LDAP, pem=FIRST + SECOND).directories
    assert directory.ldap == Ldap(
        servers=("dc1.corp.example.com", "dc2.corp.example.com"),
        base_dn="DC=corp,DC=example,DC=com",
        secret=SECRET,
        ca=FIRST + SECOND,
        port=636,
    )
    assert directory.can_be_read
    assert directory.canary == "svc-studio-canary"  # in the spelling in which login ids are compared


def test_another_port_is_kept(tmp_path: Path) -> None:
    (directory,) = loaded(tmp_path, f"{LDAP}      port: 3269\n").directories
    assert directory.ldap is not None
    assert directory.ldap.port == 3269


def test_identity_center_is_read_by_the_id_of_its_store(tmp_path: Path) -> None:
    (directory,) = loaded(tmp_path, STORE).directories
    assert directory.identity_store == IdentityStore(id="d-9067d4e5f6", region="eu-west-1")
    assert (directory.ldap, directory.canary, directory.can_be_read) == (None, None, True)


def test_what_stands_between_certificates_is_left_out(tmp_path: Path) -> None:
    exported = f"friendlyName: Köln\r\n{FIRST}\nsubject=CN = Corp Root 2\n{SECOND}".replace("\n", "\r\n")
    (directory,) = loaded(tmp_path, LDAP, pem=exported).directories
    assert directory.ldap is not None
    assert directory.ldap.ca == FIRST + SECOND


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("servers:", "server:", "6:7 directories[0].ldap.server: server is not known here (did you mean 'servers'?)"),
        ("servers:", "server:", "5:5 directories[0].ldap: servers is missing (add servers: Domain controllers"),
        ("[dc1.corp.example.com, dc2.corp.example.com]", "[]", "6:7 directories[0].ldap.servers: is empty"),
        (
            "[dc1.corp.example.com,",
            "['ldaps://dc1.corp.example.com',",
            "6:17 directories[0].ldap.servers[0]: 'ldaps://dc1.corp.example.com' does not fit (Host name as the",
        ),
        ("dc1.corp.example.com", "'dc1.corp.example.com:636'", "directories[0].ldap.servers[0]:"),
        ("dc2", "dc1", "directories[0].ldap.servers: ['dc1.corp.example.com', 'dc1.corp.example.com'] has non-unique"),
        ("DC=corp,DC=example,DC=com", "corp.example.com", "7:7 directories[0].ldap.base_dn: 'corp.example.com' does"),
        ("DC=corp,DC=example,DC=com", "'DC=corp,,DC=com'", "7:7 directories[0].ldap.base_dn: 'DC=corp,,DC=com' does"),
        (SECRET, "studio/ad-reader", "8:7 directories[0].ldap.secret: 'studio/ad-reader' does not fit (ARN of the"),
        ("corp-ca.pem", "gone.pem", "9:7 directories[0].ldap.ca_file: cannot read gone.pem: No such file"),
        ("canary: Svc-Studio-Canary", "canary: [a]", "4:5 directories[0].canary: ['a'] is not of type string"),
        ("    canary:", f"{STORE}    canary:", "4:5 directories[0].identity_store: ldap says already how it is read"),
    ],
)
def test_a_mistake_about_ldap_is_named_with_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in LDAP
    found = problems(studio(tmp_path, LDAP.replace(old, new, 1)))
    assert any(expected in each for each in found), found


@pytest.mark.parametrize(
    ("base_dn", "fits"),
    [
        ("DC=corp,DC=example,DC=com", True),
        ("OU=Studio People, DC=corp", True),
        ("OU=Sales\\, EMEA,DC=corp", True),
        ("OU=a\\2C b,DC=corp", True),
        ("DC=corp,", False),
        ("=corp", False),
        ("OU=a b\\", False),
    ],
)
def test_a_base_is_a_distinguished_name(tmp_path: Path, base_dn: str, fits: bool) -> None:
    file = studio(tmp_path, LDAP.replace("DC=corp,DC=example,DC=com", f"'{base_dn}'"))
    if fits:
        assert load(compile_file(file)).directories[0].ldap is not None
    else:
        assert "directories[0].ldap.base_dn" in problems(file)[0]


@pytest.mark.parametrize(
    ("pem", "expected"),
    [
        ("", "corp-ca.pem holds no certificate (save the authorities' certificates in PEM form)"),
        ("not a certificate", "corp-ca.pem holds no certificate"),
        (FIRST.replace("M", "!", 1), "block 1 of corp-ca.pem is no certificate (copy the whole file again)"),
        (FIRST + SECOND[:200] + SECOND[260:], "block 2 of corp-ca.pem is no certificate"),
        ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "block 1 of corp-ca.pem is no certificate"),
        ("-----BEGIN CERTIFICATE-----\nKöln\n-----END CERTIFICATE-----\n", "block 1 of corp-ca.pem is no certificate"),
        (FIRST + SECOND[:200], "corp-ca.pem holds a block without its end"),
        (
            FIRST.replace("CERTIFICATE", "PUBLIC KEY"),
            "block 1 of corp-ca.pem is a PUBLIC KEY (leave only certificates in this file)",
        ),
    ],
)
def test_a_file_that_tls_could_not_read_is_refused(tmp_path: Path, pem: str, expected: str) -> None:
    (found,) = problems(studio(tmp_path, LDAP, pem=pem))
    assert found.startswith("9:7 directories[0].ldap.ca_file: ")
    assert expected in found


def test_a_private_key_does_not_travel_with_the_catalog(tmp_path: Path) -> None:
    key = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    (found,) = problems(studio(tmp_path, LDAP, pem=FIRST + key))
    assert "corp-ca.pem holds a private key, which nobody here needs (keep the key where it is secret" in found
    assert key.splitlines()[1] not in found


def test_a_canary_needs_somebody_who_looks(tmp_path: Path) -> None:
    (found,) = problems(studio(tmp_path, "    canary: svc-studio-canary\n"))
    assert found.startswith("4:5 directories[0].canary: nobody reads this directory (add ldap or identity_store, or")


@pytest.mark.parametrize("identifier", ["d-9067D4E5F6", "d-9067d4e5", "9067d4e5f6", "corp"])
def test_an_identity_store_has_an_id_of_its_own_kind(tmp_path: Path, identifier: str) -> None:
    found = problems(studio(tmp_path, STORE.replace("d-9067d4e5f6", identifier)))
    assert f"4:22 directories[0].identity_store.id: '{identifier}' does not fit (Id of the identity store" in found[0]


def test_an_older_identity_store_has_a_longer_id(tmp_path: Path) -> None:
    old = "0fa3c1de-77b2-4f3e-9d55-0a1b2c3d4e5f"
    store = loaded(tmp_path, STORE.replace("d-9067d4e5f6", old)).directories[0].identity_store
    assert store is not None
    assert store.id == old


def test_one_identity_store_is_one_directory(tmp_path: Path) -> None:
    (found,) = problems(studio(tmp_path, f"{STORE}  - name: identity-center\n{STORE}"))
    assert found.startswith("6:22 directories[1].identity_store.id: is the identity store of directories[0] already")


def test_limits_have_defaults(tmp_path: Path) -> None:
    catalog = loaded(tmp_path, "")
    assert (catalog.grace_days, catalog.removals) == (30, Removals())
    partly = loaded(tmp_path, "", end="removals: {most: 20}\n")
    assert partly.removals == Removals(most=20)


def test_limits_are_what_the_file_says(tmp_path: Path) -> None:
    removals = "removals: {floor: 3, share_percent: 25, most: 40, window_minutes: 15}\n"
    catalog = loaded(tmp_path, "", end=f"offboarding: {{grace_days: 0}}\n{removals}")
    assert catalog.grace_days == 0
    assert catalog.removals == Removals(floor=3, share=0.25, most=40, window=15)


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("offboarding: {grace_days: 3651}", "20:15 offboarding.grace_days: 3651 is greater than the maximum of 3650"),
        ("offboarding: {grace_days: -1}", "offboarding.grace_days: -1 is less than the minimum of 0"),
        ("offboarding: {days: 30}", "offboarding.days: days is not known here (known here: grace_days)"),
        ("offboarding:", "20:1 offboarding: is empty"),
        ("removals: [5]", "20:1 removals: [5] is not of type object"),
        ("removals: {share_percent: 101}", "20:12 removals.share_percent: 101 is greater than the maximum of 100"),
        ("removals: {share_percent: 0.1}", "removals.share_percent: 0.1 is not of type integer (Or so many of"),
        ("removals: {window_minutes: 0}", "removals.window_minutes: 0 is less than the minimum of 1 (Minutes within"),
        ("removals: {window_minutes: 1441}", "removals.window_minutes: 1441 is greater than the maximum of 1440"),
        ("removals: {floor: 60, most: 50}", "20:12 removals.floor: 60 is more than most, 50, which is never exceeded"),
    ],
)
def test_a_limit_that_cannot_be_meant_is_refused(tmp_path: Path, section: str, expected: str) -> None:
    found = problems(studio(tmp_path, "", end=f"{section}\n"))
    assert any(expected in each for each in found), found


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    lines = LDAP.replace("dc1", "ldap://dc1").replace("DC=corp", "corp") + STORE.replace("eu-west-1", "Ireland")
    found = problems(studio(tmp_path, lines, end="removals: {floor: 60, most: 50, share: 1}\n", pem="no"))
    assert [each.split()[1] for each in found] == [
        "directories[0].ldap.servers[0]:",
        "directories[0].ldap.base_dn:",
        "directories[0].ldap.ca_file:",
        "directories[0].identity_store:",
        "directories[0].identity_store.region:",
        "removals.floor:",
        "removals.share:",
    ]


def test_a_catalog_that_was_compiled_before_is_read_with_defaults(tmp_path: Path) -> None:
    older = json.loads(compile_file(studio(tmp_path, "")))
    del older["grace_days"], older["removals"]
    catalog = load(json.dumps(older).encode())
    assert (catalog.grace_days, catalog.removals) == (30, Removals())
    assert not catalog.directories[0].can_be_read


def test_a_compiled_directory_that_is_read_in_two_ways_is_refused(tmp_path: Path) -> None:
    root = json.loads(compile_file(studio(tmp_path, LDAP)))
    root["directories"][0]["identity_store"] = {"id": "d-9067d4e5f6", "region": "eu-west-1"}
    with pytest.raises(CatalogError, match=r"directory corp\.example\.com is to be read in two ways"):
        load(json.dumps(root).encode())
