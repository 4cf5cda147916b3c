"""Names of things in AWS, derived from who they are for.

Studio names match `[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}` (CreateUserProfile, API reference) and are used in lower
case only. Two different keys never give the same name: a name either is the key itself, or ends in a digest of
it, and no key that looks like the second kind is allowed to be the first.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata

_STUDIO_MAX = 63
_DIGEST_LENGTH = 12  # base32 characters: 60 bits
_PLAIN = re.compile(r"[a-z0-9](-?[a-z0-9])*", re.ASCII)
_LOOKS_DIGESTED = re.compile(rf"(^|.*-)[a-z2-7]{{{_DIGEST_LENGTH}}}", re.ASCII)


def folded(name: str) -> str:
    """The name without case; two names of a directory are the same if this is the same.

    A letter outside ASCII never becomes one inside, and nothing is normalised: the Kelvin sign in lower case is a
    `k`, and whoever may create a name that only looks like another must not be taken for the other.
    """
    if name.isascii():
        return name.lower()
    return "".join(low if (low := each.lower()).isascii() == each.isascii() else each for each in name)


def canonical_login(login: str) -> str:
    """The one spelling of a login id: without surrounding blanks, folded.

    Directories compare account names without case, so `Amara.Okafor` and `amara.okafor` are one person.
    """
    return folded(login.strip())


def profile_name(login: str, *, generation: int = 0) -> str:
    """The Studio user profile of a login id; injective in (canonical login, generation).

    generation: 0 for a login's first holder; a re-hired person or a reused login gets the next one, and so never
    the former holder's profile or home.
    """
    canonical = canonical_login(login)
    return _studio_name(canonical, canonical if generation == 0 else f"{canonical}\n{generation}")


def space_name(profile: str, space: str) -> str:
    """The private space that a persona gives to each of its people; injective in (profile, space)."""
    return _digested(f"{profile}-{space}", f"{profile}\n{space}", _STUDIO_MAX)


def role_name(slug: str, key: str) -> str:
    """The name of a generated execution role, at most 64 characters.

    IAM compares role names without case, so the digest is hexadecimal and the key must be canonical.
    """
    short = _slug(slug)[:36].rstrip("-") or "x"
    return f"studio-exec-{short}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def person_tag(person_id: str) -> str:
    """The value of the tag that says whose something is: ids hold characters that tags may not."""
    return hashlib.sha256(person_id.encode()).hexdigest()[:32]


def content_name(prefix: str, content: str) -> str:
    """A name for what cannot be updated, only replaced (a lifecycle configuration): same content, same name."""
    return _digested(prefix, content, _STUDIO_MAX)


def _studio_name(readable: str, key: str) -> str:
    plain = key == readable and len(readable) <= _STUDIO_MAX and _PLAIN.fullmatch(readable)
    if plain and not _LOOKS_DIGESTED.fullmatch(readable):
        return readable
    return _digested(readable, key, _STUDIO_MAX)


def _digested(readable: str, key: str, limit: int) -> str:
    short = _slug(readable)[: limit - _DIGEST_LENGTH - 1].rstrip("-")
    digest = base64.b32encode(hashlib.sha256(key.encode()).digest()).decode().lower()[:_DIGEST_LENGTH]
    return f"{short}-{digest}" if short else digest


def _slug(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")
