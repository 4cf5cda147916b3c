"""An identity provider in another language: a process that answers lines with lines."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from tests.support.identity_providers.protocol import Variations, wanted
from tests.support.saml_idp import ENTITY_ID, KeyPair


class ProgramIdp:
    """`command` starts the software; key, certificate and entity id are appended to it."""

    def __init__(self, name: str, command: Sequence[str], pair: KeyPair) -> None:
        self.name = name
        self.pair = pair
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # open for as long as the process runs
        self._process = subprocess.Popen(
            [*command, str(pair.key), str(pair.certificate), ENTITY_ID],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    @property
    def metadata(self) -> str:
        """The software's own metadata document."""
        return self._ask({"metadata": True}).decode()

    def response(self, login: str, *, acs: str, role_pair: str, **variations: Unpack[Variations]) -> bytes:
        """A response for the person, issued now."""
        return self._ask({"response": wanted(login, acs, role_pair, variations)})

    def close(self) -> None:
        """Ends the process: there is nothing more to read."""
        self._process.communicate()
        self._errors.close()

    def _ask(self, what: Mapping[str, Any]) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            raise RuntimeError(f"{self.name} ended: {self._errors.read()[-2000:].decode(errors='replace')}")
        return base64.b64decode(line)
