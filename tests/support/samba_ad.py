"""A real Active Directory for a test: Samba on a loopback address of its own, with a certificate of its own.

Needs Debian's samba packages (see .ci/run) and root; up in about fifteen seconds, gone with its process.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from ldap3 import MODIFY_ADD, MODIFY_DELETE, MODIFY_REPLACE, NONE, Connection, Server, Tls

from concierge.catalog.model import Ldap
from concierge.directory.deltas import BindCredentials
from concierge.ldap.entries import sid_text

BASE = "DC=corp,DC=example,DC=com"
PEOPLE, GROUPS = f"OU=People,{BASE}", f"OU=Groups,{BASE}"
_ADMIN = f"CN=Administrator,CN=Users,{BASE}"
_PASSWORD = "Lab-Passw0rd!23"
_ENABLED, _DISABLED = 544, 546  # normal accounts that need no password; the second is disabled
_PATIENCE = 60.0
_GLOBAL_SECURITY = -2147483646


def needed() -> None:
    """Skips the test where Samba is missing; where nothing may be skipped, that is a failure."""
    missing = [name for name in ("samba", "samba-tool", "ldbadd") if shutil.which(name) is None]
    reason = f"needs {', '.join(missing)}: apt-get install samba samba-ad-dc samba-ad-provision ldb-tools"
    if os.geteuid() != 0:
        missing, reason = ["root"], "a domain controller has to be started by root"
    if not missing:
        return
    if os.environ.get("CONCIERGE_NO_SKIP"):
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Certificates for one address: the authority's, and the server's with its key, as PEM."""

    ca: str
    certificate: str
    key: str

    @classmethod
    def made(cls, host: str) -> Authority:
        ca_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        ca = _certificate("Lab CA", ca_key, "Lab CA", ca_key, host=None)
        server = _certificate(host, server_key, "Lab CA", ca_key, host=host)
        return cls(ca=_pem(ca), certificate=_pem(server), key=_key_pem(server_key))


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey, *, host: str | None
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
    )
    if host is not None:
        names = [x509.IPAddress(ipaddress.ip_address(host))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain).decode()


@dataclass
class ActiveDirectory:
    """A running directory, and what its administrators do to it."""

    host: str
    ca: str
    folder: Path
    connection: Connection

    @property
    def ldap(self) -> Ldap:
        return Ldap(servers=(self.host,), base_dn=BASE, secret="arn:aws:secretsmanager:::secret:reader", ca=self.ca)

    @property
    def reader(self) -> BindCredentials:
        """The account that the concierge reads with: a plain user."""
        return BindCredentials(username=f"CN=reader,{PEOPLE}", password=_PASSWORD)

    def add_user(self, login: str, *, cn: str | None = None, upn: str = "") -> str:
        dn = f"CN={cn or login},{PEOPLE}"
        attributes = {"sAMAccountName": login, "userAccountControl": _ENABLED}
        self._do("add", dn, ["user"], {**attributes, **({"userPrincipalName": upn} if upn else {})})
        return dn

    def add_computer(self, name: str) -> str:
        dn = f"CN={name},CN=Computers,{BASE}"
        self._do("add", dn, ["computer"], {"sAMAccountName": f"{name}$", "userAccountControl": 4096})
        return dn

    def add_group(self, name: str, *members: str) -> str:
        dn = f"CN={name},{GROUPS}"
        self._do("add", dn, ["group"], {"sAMAccountName": name, "groupType": _GLOBAL_SECURITY})
        if members:
            self.join(dn, *members)
        return dn

    def join(self, group: str, *members: str) -> None:
        self._do("modify", group, {"member": [(MODIFY_ADD, list(members))]})

    def leave(self, group: str, *members: str) -> None:
        self._do("modify", group, {"member": [(MODIFY_DELETE, list(members))]})

    def disable(self, user: str) -> None:
        self._replace(user, userAccountControl=_DISABLED)

    def enable(self, user: str) -> None:
        self._replace(user, userAccountControl=_ENABLED)

    def expire(self, user: str, at: datetime) -> None:
        ticks = int((at - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
        self._replace(user, accountExpires=ticks)

    def rename(self, user: str, login: str) -> str:
        self._replace(user, sAMAccountName=login)
        self._do("modify_dn", user, f"CN={login}")
        return f"CN={login},{PEOPLE}"

    def delete(self, dn: str) -> None:
        self._do("delete", dn)

    def set_primary_group(self, user: str, group: str) -> None:
        """The user has to be a member already; the directory swaps the former primary group in."""
        self.connection.search(group, "(objectClass=group)", "BASE", attributes=["objectSid"])
        sid = self.connection.response[0]["raw_attributes"]["objectSid"][0]
        self._replace(user, primaryGroupID=int.from_bytes(sid[-4:], "little"))

    def hide(self, group: str, whom: str) -> None:
        """Takes the right to read a group from an account."""
        sddl = f"--sddl=(D;;RPLC;;;{self._sid(whom)})"
        _run("samba-tool", "dsacl", "set", f"--objectdn={group}", sddl, "-H", f"tdb://{self._database}")

    def hide_members(self, group: str, whom: str) -> None:
        """Takes the right to read the attribute `member` of a group from an account, and nothing else."""
        member = "bf9679c0-0de6-11d0-a285-00aa003049e2"  # schemaIDGUID
        sddl = f"--sddl=(OD;;RP;{member};;{self._sid(whom)})"
        _run("samba-tool", "dsacl", "set", f"--objectdn={group}", sddl, "-H", f"tdb://{self._database}")

    def show_deleted(self, whom: str) -> None:
        """Lets an account see tombstones, as directories are set up for whoever follows their changes."""
        everything = "RPWPCCDCLCRCWOWDSDSW"
        sddl = f"O:DAG:DAD:PAI(A;;{everything};;;SY)(A;;{everything};;;DA)(A;;LCRPRC;;;{self._sid(whom)})"
        ldif = self.folder / "deleted.ldif"
        ldif.write_text(
            f"dn: CN=Deleted Objects,{BASE}\nchangetype: modify\n"
            f"replace: nTSecurityDescriptor\nnTSecurityDescriptor: {sddl}\n"
        )
        _run("ldbmodify", "--controls=show_deleted:1", "-H", str(self._database), str(ldif))

    @property
    def _database(self) -> Path:
        return self.folder / "private" / "sam.ldb"

    def _sid(self, dn: str) -> str:
        self.connection.search(dn, "(objectClass=user)", "BASE", attributes=["objectSid"])
        return sid_text(self.connection.response[0]["raw_attributes"]["objectSid"][0])

    def add_crowd(self, group: str, count: int) -> None:
        """Many users in one group, straight into the database: LDAP would need minutes."""
        ldif = self.folder / "crowd.ldif"
        dns = [f"CN=crowd{number},{PEOPLE}" for number in range(count)]
        people = "\n".join(
            f"dn: {dn}\nchangetype: add\nobjectClass: user\nsAMAccountName: {dn[3:].partition(',')[0]}\n"
            f"userAccountControl: {_ENABLED}\n"
            for dn in dns
        )
        crowd = "".join(f"member: {dn}\n" for dn in dns)
        ldif.write_text(f"{people}\ndn: {group}\nchangetype: modify\nadd: member\n{crowd}")
        _run("ldbmodify", "--nosync", "-H", str(self._database), str(ldif))

    def _replace(self, dn: str, **values: object) -> None:
        self._do("modify", dn, {name: [(MODIFY_REPLACE, [value])] for name, value in values.items()})

    def _do(self, what: str, *arguments: object) -> None:
        getattr(self.connection, what)(*arguments)
        result = self.connection.result
        if result["description"] != "success":
            raise RuntimeError(f"{what} {arguments}: {result}")


@contextmanager
def samba_ad(folder: Path) -> Iterator[ActiveDirectory]:
    """A new directory with the units People and Groups and the account `reader`, until the end of the block."""
    host = f"127.{secrets.randbelow(200) + 20}.{secrets.randbelow(250)}.{secrets.randbelow(250) + 2}"
    authority = Authority.made(host)
    for name, text in (("ca", authority.ca), ("dc", authority.certificate), ("key", authority.key)):
        (folder / f"{name}.pem").write_text(text)
    (folder / "key.pem").chmod(0o600)
    state = folder / "state"
    _provision(state, host)
    with (folder / "samba.out").open("wb") as out, _serving(state, folder, host, out):
        connection = _as_administrator(host, authority.ca)
        directory = ActiveDirectory(host=host, ca=authority.ca, folder=state, connection=connection)
        for unit in (PEOPLE, GROUPS):
            directory._do("add", unit, ["organizationalUnit"], {})
        password = f'"{_PASSWORD}"'.encode("utf-16-le")
        attributes = {"sAMAccountName": "reader", "userAccountControl": 512, "unicodePwd": password}
        directory._do("add", f"CN=reader,{PEOPLE}", ["user"], attributes)
        try:
            yield directory
        finally:
            connection.unbind()


def _provision(state: Path, host: str) -> None:
    _run(
        "samba-tool",
        "domain",
        "provision",
        "--use-rfc2307",
        "--realm=CORP.EXAMPLE.COM",
        "--domain=CORP",
        "--server-role=dc",
        "--dns-backend=NONE",
        f"--adminpass={_PASSWORD}",
        "--host-name=dc1",
        f"--host-ip={host}",
        f"--targetdir={state}",
        f"--option=interfaces={host}/8",
        "--option=bind interfaces only=yes",
        "--option=server services=ldap",
    )


@contextmanager
def _serving(state: Path, folder: Path, host: str, out: object) -> Iterator[None]:
    options = {
        "logging": "file",
        "log file": str(state / "log.samba"),
        "log level": "1 dsdb_group_json_audit:5",
        "tls keyfile": str(folder / "key.pem"),
        "tls certfile": str(folder / "dc.pem"),
        "tls cafile": str(folder / "ca.pem"),
    }
    command = ["samba", "-i", "-M", "single", "-s", str(state / "etc" / "smb.conf")]
    command += [f"--option={name}={value}" for name, value in options.items()]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
    )  # type: ignore[call-overload]  # an open file
    try:
        _until_open(host, process)
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _until_open(host: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"samba ended with {process.returncode}")
        with suppress(OSError), socket.create_connection((host, 636), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"no directory on {host} after {_PATIENCE} s")


def _as_administrator(host: str, ca: str) -> Connection:
    server = Server(host, port=636, use_ssl=True, get_info=NONE, tls=Tls(validate=ssl.CERT_REQUIRED, ca_certs_data=ca))
    return Connection(server, user=_ADMIN, password=_PASSWORD, auto_bind=True)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[:3]} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def logins(members: Sequence[object]) -> list[str]:
    """Account names of a group's members, sorted."""
    return sorted(each.person.account_name for each in members)  # type: ignore[attr-defined]  # Members
