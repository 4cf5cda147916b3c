"""The page that a presigned URL opens here: a stand-in that says so, with what the link was for."""

from __future__ import annotations

from html import escape

from local.studio.backend import StudioBackend

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title}</title><style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 38rem; margin: 4rem auto; padding: 0 1.5rem }}
dt {{ font-weight: 600; margin-top: .75rem }} dd {{ margin: 0; overflow-wrap: anywhere }}
</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"""


def open_page(backend: StudioBackend, token: str) -> tuple[int, str]:
    """HTTP status and HTML; a link that was used, expired or never made gives 403."""
    link = backend.open(token)
    if link is None:
        body = "<p>This link was used already, has expired, or was never made. Log in again.</p>"
        return 403, _PAGE.format(title="No way in", body=body)
    shown = {
        "Domain": link.domain_id,
        "User profile": link.profile,
        **({"Space": link.space} if link.space else {}),
        **({"Opens at": link.landing_uri} if link.landing_uri else {}),
        "Execution role": link.role,
        "Link valid until": link.expires_at.isoformat(timespec="seconds"),
        "Session lasts": str(link.session),
    }
    rows = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in shown.items())
    body = f"<p>A stand-in for Amazon SageMaker Studio. On AWS, this is where Studio opens.</p><dl>{rows}</dl>"
    return 200, _PAGE.format(title="Studio (local stand-in)", body=body)
