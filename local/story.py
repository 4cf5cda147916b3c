"""The main job as steps: somebody joins, logs in, works, is cared for at night, and leaves.

The demonstration, the benchmarks and the end-to-end tests tell the same story; only their listeners differ.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin

import urllib3

from concierge.names import profile_name
from local.character import Character
from local.studio.backend import Place

if TYPE_CHECKING:
    from types_boto3_sagemaker.literals import AppTypeType

    from local.idp import DemoIdp
    from local.stack import LocalStack
    from local.states.executions import Execution

_READS = ("Get", "List", "Describe", "Query", "BatchGet")
_TRANSPORT = ("sqs:", "events:")
_NOTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})
_PATIENCE = 30.0  # seconds that a step may take before the story gives up


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a browser got; `cookie` is what it sends back from then on."""

    status: int
    location: str
    body: str
    cookie: str = ""


@dataclass
class Story:
    """Real input into a running stack, as directories, browsers and schedules would send it.

    Directories and identity providers go by the real time, as functions do; the stack's clock moves only what Studio
    and the schedules see.
    """

    stack: LocalStack
    idp: DemoIdp
    group: str
    person: Character = field(default_factory=Character)
    http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))

    def joins(self) -> None:
        """The directory adds the person to the group; returns when nothing moves any more."""
        self.tell(self.membership("added"))

    def leaves(self) -> None:
        """The directory takes the person out of the group."""
        self.tell(self.membership("removed"))

    def tell(self, *events: dict[str, Any]) -> None:
        """Sends events and waits until the stack is still."""
        for event in events:
            self.stack.put_event(event)
        self.stack.settle(timeout=_PATIENCE)

    def membership(self, what: str, *, at: datetime | None = None, key: str = "") -> dict[str, Any]:
        """A canonical event: the person `what` ("added", "removed") the group."""
        now = at or datetime.now(UTC)
        return self._envelope(
            f"directory.member.{what}.v1", now, key, group={"sam": self.group}, subject=self._subject()
        )

    def directory_service_data(self, call: str, directory_id: str) -> dict[str, Any]:
        """What CloudTrail reports of AWS Managed Microsoft AD: `call` is AddGroupMember or RemoveGroupMember."""
        now = datetime.now(UTC)
        event = self._envelope("AWS API Call via CloudTrail", now, "")
        request = {"directoryId": directory_id, "groupName": self.group, "memberName": self.person.login}
        event["source"] = "aws.ds"
        event["detail"] = {
            "eventVersion": "1.08",
            "eventTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": "ds.amazonaws.com",
            "eventName": call,
            "eventID": str(uuid.uuid4()),
            "requestParameters": request,
            "responseElements": None,
            "readOnly": False,
            "eventType": "AwsApiCall",
        }
        return event

    def standing(self, what: str) -> dict[str, Any]:
        """A canonical event: the person `what` ("disabled", "enabled", "deleted")."""
        return self._envelope(f"directory.user.{what}.v1", datetime.now(UTC), "", subject=self._subject())

    def saml_response(self, **overrides: Any) -> str:
        """A signed response for the person, in base64."""
        role_arn, provider_arn = self.stack.outputs["SamlRolePair"].split(",")
        return self.idp.response(
            self.person.login,
            self.stack.outputs["AcsUrl"],
            role_arn,
            provider_arn,
            datetime.now(UTC),
            **overrides,
        )

    def logs_in(self, saml_response: str | None = None) -> Page:
        """The browser posts the response; nothing follows the redirect."""
        form = urlencode({"SAMLResponse": self.saml_response() if saml_response is None else saml_response})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._fetch("POST", self.stack.outputs["AcsUrl"], body=form, headers=headers)

    def chooses(self, page: Page, domain: str) -> Page:
        """The browser follows the redirect to the choice, and the person takes the first workspace of a domain."""
        headers = {"Cookie": page.cookie}
        choice = self._fetch("GET", page.location, headers=headers)
        hrefs = re.findall(rf'href="(workspace\?choice={re.escape(domain)}(?:%2F[^"]+)?)"', choice.body)
        return self._fetch("GET", urljoin(page.location, hrefs[0]), headers=headers)

    def follows(self, page: Page) -> Page:
        """The browser follows the redirect into (the stand-in) Studio."""
        return self._fetch("GET", page.location)

    def starts_an_app(self, *, domain_id: str, region: str, app_type: AppTypeType = "JupyterLab") -> str:
        """The person opens an app in their own private space; returns the space's name."""
        studio = self.stack.session().client("sagemaker", region_name=region)
        profile = profile_name(self.person.login)
        pages = studio.get_paginator("list_spaces").paginate(DomainIdEquals=domain_id)
        space: str = next(
            each["SpaceName"]
            for page in pages
            for each in page["Spaces"]
            if each.get("OwnershipSettingsSummary", {}).get("OwnerUserProfileName") == profile
        )
        deadline = time.monotonic() + _PATIENCE
        while studio.describe_space(DomainId=domain_id, SpaceName=space)["Status"] != "InService":
            if time.monotonic() > deadline:
                raise TimeoutError(f"space {space} is not in service after {_PATIENCE} s")
            time.sleep(0.1)
        studio.create_app(DomainId=domain_id, SpaceName=space, AppType=app_type, AppName="default")
        while self._app_status(space, domain_id, region, app_type) == "Pending":
            time.sleep(0.1)
        return space

    def _app_status(self, space: str, domain_id: str, region: str, app_type: AppTypeType) -> str:
        studio = self.stack.session().client("sagemaker", region_name=region)
        found = studio.describe_app(DomainId=domain_id, SpaceName=space, AppType=app_type, AppName="default")
        return str(found["Status"])

    def works_in(self, space: str) -> None:
        """The person is active in the space's apps now; Studio's health check comes half a minute later."""
        now = self.stack.clock.now()
        place = Place(account=self.stack.account, region=self.stack.region)
        self.stack.studio.touch(place, space, now, now + timedelta(seconds=30))

    def spoils_tags(self, domain_id: str, *, account: str | None = None, region: str | None = None) -> None:
        """Somebody sets a wrong team on the person's profile; account and region default to the stack's."""
        studio = self.stack.session(account).client("sagemaker", region_name=region)
        profile = studio.describe_user_profile(DomainId=domain_id, UserProfileName=profile_name(self.person.login))
        studio.add_tags(ResourceArn=profile["UserProfileArn"], Tags=[{"Key": "team", "Value": "spoiled"}])

    @contextmanager
    def shut_out(self, spoke_role: str) -> Iterator[None]:
        """While open, another account forbids its spoke role everything, for sessions that exist already too."""
        iam = self.stack.session(spoke_role.split(":")[4]).client("iam")
        policy = {"RoleName": spoke_role.rpartition("/")[2], "PolicyName": "nobody-comes-in"}
        iam.put_role_policy(**policy, PolicyDocument=_NOTHING)
        try:
            yield
        finally:
            iam.delete_role_policy(**policy)

    def reported(self, subject: str) -> list[dict[str, Any]]:
        """The details of findings about a subject, in order."""
        found = [each["detail"] for each in self.stack.audit_events if each["detail-type"] == "Finding"]
        return [detail for detail in found if detail["subject"] == subject]

    def audited(self, action: str) -> list[dict[str, Any]]:
        """The details of applied changes of one action, in order."""
        applied = [each for each in self.stack.audit_events if each["detail-type"] == "Change Applied"]
        return [event["detail"] for event in applied if event["detail"].get("action") == action]

    def writes(self) -> int:
        """How many calls have changed something so far; queue and bus are transport."""
        made = [call.action for call in self.stack.calls if not call.dependent]
        names = [action for action in made if not action.startswith(_TRANSPORT)]
        return sum(not name.partition(":")[2].startswith(_READS) for name in names)

    def hours_pass(self, hours: float) -> None:
        """Time moves; schedules that come due run."""
        self.stack.advance(timedelta(hours=hours))
        self.stack.settle(timeout=_PATIENCE)

    def night(self, schedule: str) -> None:
        """Runs one schedule now, by a part of its name."""
        self.stack.run_schedule(schedule)
        self.stack.settle(timeout=_PATIENCE)

    def sweeps(self, *rooms: str, schedule: str = "by-hand") -> Execution:
        """Starts a run of these rooms now, as an administrator may, and waits for its end."""
        given = {"schedule": schedule, "time": self.stack.clock.now().isoformat(), "rooms": list(rooms)}
        name = self.stack.start_execution("Night", given)
        self.stack.settle(timeout=_PATIENCE)
        return next(each for each in self.stack.executions if each.name == name)

    def _subject(self) -> dict[str, str]:
        return {"guid": self.person.guid, "sam": self.person.login}

    def _envelope(self, detail_type: str, now: datetime, key: str, **fields: Any) -> dict[str, Any]:
        identity = key or str(uuid.uuid4())
        detail = {
            "specversion": "1.0",
            "dataversion": "1.0",
            "id": identity,
            "occurredat": now.isoformat(),
            "directory": self.person.directory,
            **fields,
        }
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": detail_type,
            "source": "com.example.directory",
            "account": self.stack.account,
            "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self.stack.region,
            "resources": [],
            "detail": json.loads(json.dumps(detail)),
        }

    def _fetch(self, method: str, url: str, **arguments: Any) -> Page:
        answer = self.http.request(method, url, redirect=False, timeout=_PATIENCE, **arguments)
        return Page(
            status=answer.status,
            location=answer.headers.get("Location", ""),
            body=answer.data.decode(),
            cookie="; ".join(each.partition(";")[0] for each in answer.headers.getlist("Set-Cookie")),
        )
