"""The three: Python's pysaml2, npm's samlp (Auth0's own), and SimpleSAMLphp as Debian packages it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Unpack

import pytest

from tests.support import npm_packages
from tests.support.identity_providers.program import ProgramIdp
from tests.support.identity_providers.protocol import AUDIENCE, RealIdp, Variations
from tests.support.saml_idp import ENTITY_ID, Edit, KeyPair, SamlIdp

NAMES = ("pysaml2", "samlp", "simplesamlphp")

_LIBRARY = Path("/usr/share/simplesamlphp/vendor/autoload.php")
_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_SHA1 = {"signature_algorithm": f"{_DSIG}rsa-sha1", "digest_algorithm": f"{_DSIG}sha1"}


class Pysaml2:
    """Makes one configuration for each application that it is asked about."""

    name = "pysaml2"

    def __init__(self, pair: KeyPair) -> None:
        self.pair = pair
        self._configured: dict[tuple[str, str], SamlIdp] = {}

    @property
    def metadata(self) -> str:
        """The software's own metadata document."""
        return self._for("https://sp.example.com/acs", "").metadata

    def response(self, login: str, *, acs: str, role_pair: str, **variations: Unpack[Variations]) -> bytes:
        """A response for the person, issued now; it has no settings for most variations, so they are edits."""
        edits: list[Edit] = []
        if "issuer" in variations:
            edits.append((f">{ENTITY_ID}<", f">{variations['issuer']}<"))
        if "audience" in variations:
            edits.append((f">{AUDIENCE}<", f">{variations['audience']}<"))
        for name in ("Recipient", "Destination"):
            if (value := variations.get(name.casefold())) is not None:
                edits.append((f'{name}="{acs}"', f'{name}="{value}"'))
        return self._for(acs, role_pair).response(
            login,
            sign=variations.get("sign", "assertion"),
            edits=edits,
            in_response_to=variations.get("in_response_to"),
            **(_SHA1 if variations.get("hash") == "sha1" else {}),
        )

    def close(self) -> None:
        """Nothing runs."""

    def _for(self, acs: str, role_pair: str) -> SamlIdp:
        if (acs, role_pair) not in self._configured:
            self._configured[acs, role_pair] = SamlIdp(self.pair, acs=acs, role_pair=role_pair)
        return self._configured[acs, role_pair]


def samlp(pair: KeyPair) -> ProgramIdp:
    """The npm package; skips the test where node or npm is missing."""
    script = npm_packages.installed() / "samlp_idp.js"
    return ProgramIdp("samlp", [npm_packages.node(), str(script)], pair)


def simplesamlphp(pair: KeyPair) -> ProgramIdp:
    """The library inside Debian's package, without its web server; skips the test where it or PHP is missing."""
    php = shutil.which("php")
    if php is None:
        pytest.skip("the program php is not installed (Debian: php-cli, php-xml)")
    if not _LIBRARY.is_file():
        pytest.skip(f"simplesamlphp is not installed (Debian: simplesamlphp): there is no {_LIBRARY}")
    script = Path(__file__).with_name("simplesamlphp_idp.php")
    return ProgramIdp("simplesamlphp", [php, str(script)], pair)


def started(name: str, pair: KeyPair) -> RealIdp:
    """One of `NAMES`."""
    match name:
        case "pysaml2":
            return Pysaml2(pair)
        case "samlp":
            return samlp(pair)
        case "simplesamlphp":
            return simplesamlphp(pair)
        case _:
            raise LookupError(f"there is no identity provider {name!r}; there are {', '.join(NAMES)}")
