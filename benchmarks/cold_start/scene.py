"""One person who logs in: what the functions are told, by whom they are woken, and what AWS answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import botocore

from benchmarks.cold_start.certificates import certificates
from benchmarks.cold_start.stub import GET_OBJECT, STUDIO_ROUTE, Answer, standing_in
from concierge.catalog.load import load
from concierge.catalog.model import Catalog
from concierge.catalog.source import compile_file
from local.idp import DemoIdp

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "studio.yaml"
LINK = "https://d-abcdefghijkl.studio.eu-west-1.sagemaker.aws/auth?token=benchmark"
LOGIN = "amara.okafor"
REGION = "eu-west-1"
_ACCOUNT = "123456789012"
_ROLES = f"arn:aws:iam::{_ACCOUNT}:role/studio-platform/studio-concierge"
_PROVIDER = f"arn:aws:iam::{_ACCOUNT}:saml-provider/corp"
_PERSON = "guid:9f1f5a2e-8d0f-5a3c-9a53-7d1b6a2f4b10"
_SESSION = f"arn:aws:sts::{_ACCOUNT}:assumed-role/studio-concierge-login/{LOGIN}"
_AUDIENCE = "urn:amazon:webservices"
_EVENTS = {"saml_validator": "saml-acs-post.json", "presigned_url": "presigned-url-get.json"}
_XML = {"Content-Type": "text/xml"}
_JSON = {"Content-Type": "application/x-amz-json-1.1"}
Item = Mapping[str, Mapping[str, object]]

LOGIN_FUNCTIONS = tuple(_EVENTS)
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_SESSION_TOKEN": "none",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "ACCOUNT_ID": _ACCOUNT,
    "PARTITION": "aws",
    "LOG_LEVEL": "INFO",
    "AUDIT_BUS": "audit",
    "LEDGER_TABLE": "ledger",
    "CATALOG_BUCKET": "catalog",
    "CATALOG_KEY": "catalog.json",
    "CATALOG_MAX_AGE_SECONDS": "60",
    "SAML_PROVIDER_ARN": _PROVIDER,
    "LOGIN_ROLE_ARN": f"{_ROLES}-login",
    "PRESIGNER_ROLE_ARN": f"{_ROLES}-presigner",
    "SAML_ENTITY_ID": _AUDIENCE,
    "ALLOW_IDP_INITIATED": "true",
    "GROUPS_ATTRIBUTE": "",
    "LOGIN_KEYS_SECRET": f"arn:aws:secretsmanager:{REGION}:{_ACCOUNT}:secret:login-keys-AbCdEf",
    "URL_EXPIRES_SECONDS": "20",
    "POWERTOOLS_METRICS_NAMESPACE": "StudioConcierge",
    "POWERTOOLS_SERVICE_NAME": "studio",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A stand-in for AWS that runs, and an identity provider that it knows."""

    folder: Path
    idp: DemoIdp
    port: int

    @property
    def environment(self) -> Mapping[str, str]:
        """What every process is told, ours and others."""
        return SETTINGS | {
            "AWS_ENDPOINT_URL": f"https://127.0.0.1:{self.port}",
            "AWS_CA_BUNDLE": str(self.folder / "bundle.pem"),
            "PUBLIC_BASE_URL": self._base_url,
        }

    @property
    def _base_url(self) -> str:
        return f"https://127.0.0.1:{self.port}/v1"

    def event(self, function: str) -> Path:
        """A file with the event that wakes the function; a SAML response in it is issued now."""
        event: dict[str, Any] = json.loads((ROOT / "events" / _EVENTS[function]).read_text(encoding="utf-8"))
        if function == "saml_validator":
            acs, role = f"{self._base_url}/saml/acs", SETTINGS["LOGIN_ROLE_ARN"]
            response = self.idp.response(LOGIN, acs, role, _PROVIDER, datetime.now(UTC), audience=_AUDIENCE)
            event["body"] = urlencode({"SAMLResponse": response})
        else:
            event["requestContext"]["identity"]["userArn"] = _SESSION
        path = self.folder / f"{function}.json"
        path.write_text(json.dumps(event), encoding="utf-8")
        return path


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    """A scene whose files are in `folder`; its stand-in for AWS ends with the block.

    The trusted certificates are the stand-in's own and all that botocore trusts: in Lambda too, a process reads a
    whole bundle before its first call.
    """
    made, idp = certificates(), DemoIdp("https://idp.example.com/saml")
    (folder / "server.pem").write_text(made.server, encoding="ascii")
    (folder / "server.pem").chmod(0o600)
    everybody = Path(botocore.__file__).with_name("cacert.pem").read_text(encoding="utf-8")
    (folder / "bundle.pem").write_text(made.authority + everybody, encoding="utf-8")
    (folder / "answers.json").write_text(json.dumps(_answers(idp)), encoding="utf-8")
    with standing_in(folder) as port:
        yield Scene(folder=folder, idp=idp, port=port)


def _answers(idp: DemoIdp) -> Mapping[str, Answer]:
    """What AWS says in each call of a login; `{host}` becomes the stand-in's own address."""
    subject = (
        f"<Issuer>{idp.entity_id}</Issuer><Audience>https://{{host}}/v1/saml/acs</Audience>"
        f"<Subject>{LOGIN}</Subject><SubjectType>persistent</SubjectType>"
    )
    metadata = f"<SAMLMetadataDocument>{escape(idp.metadata)}</SAMLMetadataDocument>"
    catalog = compile_file(EXAMPLE).decode()
    return {
        GET_OBJECT: {"status": 200, "headers": {"ETag": '"1"', "Content-Type": "application/json"}, "body": catalog},
        STUDIO_ROUTE: {"status": 302, "headers": {"Location": LINK}, "body": ""},
        "PutItem": _json({}),
        "Query by_login": _items(_binding()),
        "Query": _items(_standing(), _membership(), _binding()),
        "GetItem": _json({}),
        "CreatePresignedDomainUrl": _json({"AuthorizedUrl": LINK}),
        "GetSecretValue": _json({"SecretString": "0123456789" * 6, "Name": "login-keys"}),
        "AssumeRole": _xml("AssumeRole", "https://sts.amazonaws.com/doc/2011-06-15/", _session()),
        "AssumeRoleWithSAML": _xml(
            "AssumeRoleWithSAML", "https://sts.amazonaws.com/doc/2011-06-15/", _session() + subject
        ),
        "GetSAMLProvider": _xml("GetSAMLProvider", "https://iam.amazonaws.com/doc/2010-05-08/", metadata),
    }


def _standing() -> Item:
    """That the ledger knows the person."""
    texts = {"name": LOGIN, "directory": _catalog().directories[0].name, "handle": _PERSON}
    return {**_item(sk="standing", **texts), "generation": {"N": "0"}}


def _membership() -> Item:
    """That the person is in the group of the catalog's first binding."""
    group = _catalog().bindings[0].group or ""
    return {**_item(sk="member#guid:g", group=group, occurred_at=_now()), "present": {"BOOL": True}}


def _binding() -> Item:
    """What that group gives: an open door."""
    given = _catalog().bindings[0]
    domain, persona = given.domain or "", given.persona or ""
    role = f"arn:aws:iam::{_ACCOUNT}:role/studio/exec/studio-exec-amara-okafor-01234567"
    where = {"sk": f"binding#{domain}", "domain": domain, "persona": persona, "profile": "amara-okafor", "role": role}
    return _item(**where, login=LOGIN, tags="{}", door="open", fingerprint="0", since=_now())


def _item(**texts: str) -> Item:
    return {name: {"S": text} for name, text in {"pk": f"person#{_PERSON}", **texts}.items()}


def _items(*items: Item) -> Answer:
    return _json({"Items": items, "Count": len(items), "ScannedCount": len(items)})


def _catalog() -> Catalog:
    return load(compile_file(EXAMPLE))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _session() -> str:
    expires = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        "<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>none</SecretAccessKey>"
        f"<SessionToken>none</SessionToken><Expiration>{expires}</Expiration></Credentials>"
        f"<AssumedRoleUser><Arn>{_SESSION}</Arn><AssumedRoleId>AROAEXAMPLE:{LOGIN}</AssumedRoleId></AssumedRoleUser>"
    )


def _json(body: Mapping[str, object]) -> Answer:
    return {"status": 200, "headers": _JSON, "body": json.dumps(body)}


def _xml(operation: str, namespace: str, result: str) -> Answer:
    body = (
        f'<{operation}Response xmlns="{namespace}"><{operation}Result>{result}</{operation}Result>'
        "<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata>"
        f"</{operation}Response>"
    )
    return {"status": 200, "headers": _XML, "body": body}
