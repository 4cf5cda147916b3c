"""The files beside studio.yaml that it names: lifecycle scripts, IAM policies and certificates."""

from __future__ import annotations

import base64
import json
import re
import ssl
from collections.abc import Iterable, Sequence
from pathlib import Path as File
from typing import Any

from concierge.catalog.model import Domain
from concierge.catalog.render import PLACEHOLDERS, filled
from concierge.catalog.shape import close_or_all

MAX_SCRIPT = 16_384  # characters of base64 (CreateStudioLifecycleConfig, API reference)
# Characters of all inline policies of a role, without white space (IAM quotas), less the statement that onboarding adds
# for the reports of running apps (onboarding/reporting.py).
MAX_POLICY = 10_240 - 600
_IN_BRACES = re.compile(r"(?<!\$)\{([\w .-]*)\}")
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_LONGEST_PARTITION = "aws-us-gov"
_LONGEST_ROLE = "x" * 64  # IAM's own limit

_ALONE = "begin it with #!/bin/bash, or make it a lifecycle configuration of its own"
_COMMAND = re.compile(r"^[ \t]*[^#\s]", re.MULTILINE)
_SHELL = re.compile(r"#! ?(/usr)?/bin/(env )?(ba)?sh( .*)?")

Complaint = tuple[str, str]  # message, remedy
Read = tuple[str, list[Complaint]]


class _TwiceTheSameKey(ValueError):
    """JSON would silently keep the last one, and so drop a Condition, for example."""


def read_script(folder: File, name: str) -> Read:
    """The text of a lifecycle script, and what is wrong with it."""
    text, complaints = _read(folder, name)
    if complaints:
        return "", complaints
    if "\r" in text:
        complaints.append((f"{name} has Windows line ends, which break the script", "save it with LF"))
    if not text.startswith("#!"):
        complaints.append((f"{name} does not start with #!", "begin it with #!/bin/bash"))
    return text, [*complaints, *_too_long(f"{name} is", text, "shorten it")]


def joined(names: Sequence[str], parts: Sequence[Read]) -> Read:
    """One script that runs these one after the other, and what is wrong with it that is not wrong with one of them.

    Each runs in a subshell, so that its `exit` does not end the next. Studio sees the exit status of the last.
    """
    if any(complaints for _, complaints in parts):
        return "", []
    scripts = [text.partition("\n") for text, _ in parts]
    first = scripts[0][0]
    complaints = []
    for name, (shebang, _, body) in zip(names, scripts, strict=True):
        if not _COMMAND.search(body):  # a subshell without a command is an error of the whole script's syntax
            complaints.append((f"{name} runs nothing", "remove it from the list"))
        if not _SHELL.fullmatch(shebang):
            complaints.append((f"{name} begins with {shebang}, and only scripts of a shell can be joined", _ALONE))
        elif shebang != first:
            complaints.append((f"{name} begins with {shebang}, {names[0]} with {first}", "begin all of them alike"))
    text = f"{first}\n" + "".join(f"(\n{body.removesuffix(chr(10))}\n)\n" for _, _, body in scripts)
    return text, [*complaints, *_too_long(f"{', '.join(names)} are joined", text, "shorten them")]


def _too_long(what: str, script: str, remedy: str) -> list[Complaint]:
    size = len(base64.b64encode(script.encode()))
    return [(f"{what} {size} characters in base64, of at most {MAX_SCRIPT}", remedy)] if size > MAX_SCRIPT else []


def read_policy(folder: File, name: str, domains: Iterable[Domain]) -> Read:
    """The policy as canonical JSON with its placeholders, and what is wrong with it in any of the domains."""
    text, complaints = _read(folder, name)
    if complaints:
        return "", complaints
    try:
        document = json.loads(text, object_pairs_hook=_each_key_once)
    except ValueError as error:
        return "", [(f"{name} is not JSON: {error}", "mend it")]
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    if not isinstance(document, dict) or not {"Version", "Statement"} <= set(document):
        complaints.append((f"{name} is not an IAM policy", "it needs Version and Statement"))
    elif document["Version"] != "2012-10-17":
        message = f"{name} has Version {document['Version']!r}, in which IAM takes ${{…}} literally"
        complaints.append((message, 'write "Version": "2012-10-17"'))
    for unknown in sorted(set(_IN_BRACES.findall(canonical)) - set(PLACEHOLDERS)):
        complaints.append((f"{name}: {{{unknown}}} is not a placeholder", close_or_all(unknown, PLACEHOLDERS)))
    size = max((_rendered_size(canonical, domain) for domain in domains), default=len(canonical))
    if size > MAX_POLICY:
        complaints.append((f"{name} is {size} characters when filled in, of at most {MAX_POLICY}", "shorten it"))
    return canonical, complaints


def read_certificates(folder: File, name: str) -> Read:
    """The certificates of a PEM file without what stands between them, and what is wrong with them."""
    text, complaints = _read(folder, name)
    if complaints:
        return "", complaints
    if "PRIVATE KEY-----" in text:  # the catalog is read by many; a key must not travel with it
        message = f"{name} holds a private key, which nobody here needs"
        return "", [(message, "keep the key where it is secret, and leave only certificates in this file")]
    found = [(block[1], block[0].replace("\r\n", "\n")) for block in _PEM.finditer(text)]
    if not found:
        complaints.append((f"{name} holds no certificate", "save the authorities' certificates in PEM form"))
    elif len(found) < text.count("-----BEGIN "):
        complaints.append((f"{name} holds a block without its end", "copy the whole file again"))
    for number, (label, block) in enumerate(found, start=1):
        if label != "CERTIFICATE":
            complaints.append((f"block {number} of {name} is a {label}", "leave only certificates in this file"))
        elif not _is_certificate(block):
            complaints.append((f"block {number} of {name} is no certificate", "copy the whole file again"))
    return "".join(f"{block}\n" for _, block in found), complaints


def _is_certificate(block: str) -> bool:
    """Read as the TLS connection will read it."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=block)
    except (ssl.SSLError, ValueError, TypeError):  # in order: no DER, empty, not ASCII
        return False
    return True


def _rendered_size(policy: str, domain: Domain) -> int:
    return len(filled(policy, domain, partition=_LONGEST_PARTITION, role=_LONGEST_ROLE))


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [key for key, _ in pairs]
        raise _TwiceTheSameKey(f"{next(key for key in names if names.count(key) > 1)!r} is there twice in one object")
    return found


def _read(folder: File, name: str) -> Read:
    """As bytes, so that line ends are what they are."""
    if File(name).is_absolute():
        return "", [(f"{name} is not a relative path", "name a file beside this one, so that the catalog can move")]
    try:
        return (folder / name).read_bytes().decode("utf-8"), []
    except OSError as error:
        return "", [(f"cannot read {name}: {error.strerror}", "the path is relative to this file")]
    except UnicodeDecodeError as error:
        return "", [(f"{name} is not UTF-8: {error.reason} at byte {error.start}", "save it as UTF-8")]
