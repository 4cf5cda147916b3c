"""A real Active Directory for a test: Samba on a loopback address of its own, with a certificate of its own.

Needs Debian's samba packages (see .ci/run) and root; up in about fifteen seconds, gone with its process.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ldap3 import MODIFY_ADD, MODIFY_DELETE, MODIFY_REPLACE, NONE, Connection, Server

from concierge.catalog.model import Ldap
from concierge.directory.deltas import BindCredentials
from concierge.directory.snapshot import Member
from concierge.ldap.connection import VerifiedTls
from concierge.ldap.entries import sid_text
from tests.support.authority import Authority

BASE = "DC=corp,DC=example,DC=com"
PEOPLE, GROUPS = f"OU=People,{BASE}", f"OU=Groups,{BASE}"
PACKAGES = "samba-ad-dc samba-ad-provision ldb-tools"
_ADMIN = f"CN=Administrator,CN=Users,{BASE}"
_PASSWORD = "Lab-Passw0rd!23"
_ENABLED, _DISABLED = 544, 546  # normal accounts that need no password; the second is disabled
_PATIENCE = 60.0
_GLOBAL_SECURITY, _GLOBAL_DISTRIBUTION = -2147483646, 2


def lacking() -> str:
    """Why no directory can be started on this machine; empty if one can."""
    missing = [name for name in ("samba", "samba-tool", "ldbmodify") if shutil.which(name) is None]
    if missing:
        return f"needs {', '.join(missing)}: apt-get install {PACKAGES}"
    return "" if os.geteuid() == 0 else "needs root: a domain controller owns its files and serves port 636"


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

    def add_reader(self, login: str) -> BindCredentials:
        """Another plain user who can log in."""
        dn = f"CN={login},{PEOPLE}"
        password = f'"{_PASSWORD}"'.encode("utf-16-le")
        self._do("add", dn, ["user"], {"sAMAccountName": login, "userAccountControl": 512, "unicodePwd": password})
        return BindCredentials(username=dn, password=_PASSWORD)

    def add_user(self, login: str, *, cn: str | None = None, upn: str = "") -> str:
        dn = f"CN={cn or login},{PEOPLE}"
        attributes = {"sAMAccountName": login, "userAccountControl": _ENABLED}
        self._do("add", dn, ["user"], {**attributes, **({"userPrincipalName": upn} if upn else {})})
        return dn

    def add_contact(self, name: str) -> str:
        dn = f"CN={name},{PEOPLE}"
        self._do("add", dn, ["contact"], {})
        return dn

    def add_computer(self, name: str) -> str:
        dn = f"CN={name},CN=Computers,{BASE}"
        self._do("add", dn, ["computer"], {"sAMAccountName": f"{name}$", "userAccountControl": 4096})
        return dn

    def add_group(self, name: str, *members: str, cn: str = "", for_mail: bool = False) -> str:
        dn = f"CN={cn or name},{GROUPS}"
        kind = _GLOBAL_DISTRIBUTION if for_mail else _GLOBAL_SECURITY
        self._do("add", dn, ["group"], {"sAMAccountName": name, "groupType": kind})
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

    def move(self, dn: str, unit: str) -> str:
        own = dn.removesuffix(f",{PEOPLE}")
        self._do("modify_dn", dn, own, True, unit)
        return f"{own},{unit}"

    def rename_group(self, dn: str, name: str) -> str:
        self._replace(dn, sAMAccountName=name)
        self._do("modify_dn", dn, f"CN={name}")
        return f"CN={name},{GROUPS}"

    def delete(self, dn: str) -> None:
        self._do("delete", dn)

    def set_primary_group(self, user: str, group: str) -> None:
        """The user has to be a member already; the directory swaps the former primary group in."""
        self._replace(user, primaryGroupID=int(self._sid(group).rpartition("-")[2]))

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
        self.connection.search(dn, "(objectClass=*)", "BASE", attributes=["objectSid"])
        [found] = self.connection.response or []
        return sid_text(found["raw_attributes"]["objectSid"][0])

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
        _run("ldbmodify", "--nosync", "-o", "batch_mode:1", "-H", str(self._database), str(ldif))

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
    authority = Authority.made(host, "dc1.corp.example.com", "localhost")
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
        directory.add_reader("reader")
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
    (state / "run").mkdir()
    options = {
        "pid directory": str(state / "run"),  # otherwise there could be but one on a machine
        "ncalrpc dir": str(state / "run" / "ncalrpc"),
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
    server = Server(host, port=636, use_ssl=True, get_info=NONE, tls=VerifiedTls(ca))
    return Connection(server, user=_ADMIN, password=_PASSWORD, auto_bind=True, check_names=False)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[:3]} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def logins(members: Iterable[Member]) -> list[str]:
    """Account names of a group's members, sorted."""
    return sorted(each.person.account_name for each in members)
