"""The whole deployment on a laptop: `with LocalStack(...) as stack:`."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.credentials import Credentials
from moto.server import ThreadedMotoServer
from moto.sts.models import sts_backends

from concierge.catalog.load import load
from concierge.catalog.model import Domain
from concierge.catalog.source import compile_file
from concierge.names import profile_name
from local.clock import Clock
from local.events import rules
from local.events.queues import Poller
from local.events.schedules import Schedule, moment
from local.gate.gate import Call, Gate
from local.gate.trust import trust_allows
from local.http.gateway import Backend, Gateway, Route, routes
from local.http.sigv4 import NotSigned, access_key, verify
from local.runtime.functions import Functions
from local.sts_saml import moto_sts
from local.studio import moto_studio
from local.studio.backend import Place, StudioBackend
from local.studio.page import open_page
from local.studio.resources import Timings
from local.template.deployment import Deployment, FunctionConfig, deploy, outputs
from local.template.handlers import HANDLERS
from local.template.intrinsics import Scope
from local.template.parameters import resolved
from local.template.translate import translate

_NAME = "studio-concierge"
_CODE_BUCKET = "code-of-the-local-stack"
_READS = ("Get", "List", "Describe", "Query", "BatchGet")
_TRANSPORT = ("sqs:", "events:")


class LocalStack:
    """Everything that template.yaml names, running.

    template:     path of a SAM template.
    parameters:   values for its parameters; the public base URL and the SAML provider are filled in.
    catalog:      a studio.yaml: its domains exist from the start, and it is published to the stack's bucket.
    idp_metadata: metadata (XML) of the identity provider that the IAM SAML provider `corp` holds.
    clock:        what Studio and the schedules go by.
    """

    def __init__(  # noqa: PLR0913 - what a stack is made of, all named
        self,
        template: Path,
        parameters: Mapping[str, str] | None = None,
        *,
        catalog: Path | None = None,
        idp_metadata: str | None = None,
        clock: Clock | None = None,
        account: str = "123456789012",
        region: str = "eu-west-1",
        timings: Timings | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.account = account
        self.region = region
        self._template = template
        self._parameters = dict(parameters or {})
        self._catalog = catalog
        self._idp_metadata = idp_metadata
        self._studio = StudioBackend(self.clock, timings or Timings(), self._studio_url)
        self.gate = Gate(self.clock, self._studio.tags_of)
        self._events: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._closing = ExitStack()
        self.outputs: dict[str, str] = {}
        self.endpoint = ""

    # -- life -----------------------------------------------------------------------------------

    def start(self) -> Self:
        """Deploys; takes a few seconds."""
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Ends processes, threads and servers; nothing is left behind."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self if self.endpoint else self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> None:
        self._closing.callback(
            _restore_environment(
                MOTO_ACCOUNT_ID=self.account,
                MOTO_IAM_LOAD_MANAGED_POLICIES="true",
                AWS_DEFAULT_REGION=self.region,  # the SAM translator asks boto3 for it
            )
        )
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for every request otherwise
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        self._closing.callback(server.stop)
        host, port = server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"
        self._reset()
        self._gateway = Gateway()
        self._closing.callback(self._gateway.close)
        for patch in (
            self.gate.installed(),
            moto_studio.installed(self._studio),
            moto_sts.installed(Clock().now, trust_allows, self.gate.remember_session),
            rules.delivering(self._to_function, self._seen),
        ):
            self._closing.enter_context(patch)
        self._deploy()

    def _reset(self) -> None:
        import urllib.request  # noqa: PLC0415 - once per stack

        request = urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")  # noqa: S310 - our own server
        urllib.request.urlopen(request).close()  # noqa: S310 - our own server

    def _deploy(self) -> None:
        self._seed()
        parameters = resolved(self._template, {**self._own_parameters(), **self._parameters})
        translated = translate(self._template, parameters, _CODE_BUCKET)
        self._deployment = Deployment(
            stack=_NAME,
            account=self.account,
            region=self.region,
            session=self.session(),
            endpoint=self.endpoint,
            sources=translated.sources,
        )
        scope = Scope(
            parameters={**parameters, **self._pseudo_parameters()},
            conditions=translated.template.get("Conditions", {}),
            mappings=translated.template.get("Mappings", {}),
        )
        deploy(translated.template, scope, self._deployment, HANDLERS)
        self.outputs = outputs(translated.template, scope)
        self._publish_catalog()
        self._run()

    def _seed(self) -> None:
        """What an administrator has before the first deployment."""
        if self._idp_metadata is not None:
            self.session().client("iam").create_saml_provider(SAMLMetadataDocument=self._idp_metadata, Name="corp")
        if self._catalog is not None:
            for domain in load(compile_file(self._catalog)).domains:
                place = Place(account=domain.account, region=domain.region)
                self._studio.seed_domain(place, name=domain.name, domain_id=domain.domain_id)

    def _own_parameters(self) -> dict[str, str]:
        provider = f"arn:aws:iam::{self.account}:saml-provider/corp"
        return {"PublicBaseUrl": f"http://127.0.0.1:{self._gateway.port}/v1", "SamlProviderArn": provider}

    def _pseudo_parameters(self) -> dict[str, str]:
        return {
            "AWS::Region": self.region,
            "AWS::AccountId": self.account,
            "AWS::Partition": "aws",
            "AWS::StackName": _NAME,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackId": f"arn:aws:cloudformation:{self.region}:{self.account}:stack/{_NAME}/local",
        }

    def _publish_catalog(self) -> None:
        bucket = self.outputs.get("CatalogBucket")
        if self._catalog is not None and bucket is not None:
            body = compile_file(self._catalog)
            self.session().client("s3").put_object(Bucket=bucket, Key="catalog.json", Body=body)

    def _run(self) -> None:
        deployment = self._deployment
        self._functions = Functions(deployment.functions, self.endpoint, self._credentials, self._dead_letter)
        self._closing.callback(self._functions.close)
        sqs = self.session().client("sqs")
        self._pollers = [Poller(sqs, mapping, self._polled) for mapping in deployment.event_sources]
        for poller in self._pollers:
            poller.start()
            self._closing.callback(poller.close)
        for api, stage in deployment.stages:
            self._gateway.routes += routes(api, stage, deployment.api_bodies[api], self.region, self.account)
        self._gateway.backend = Backend(invoke=self._functions.invoke, caller=self._caller, page=self._page)
        self._schedules = list(self._read_schedules())

    # -- what a story does ----------------------------------------------------------------------

    def session(self) -> boto3.Session:
        """The operator's session: everything is allowed, nothing is recorded."""
        return _OperatorSession(self.endpoint, self.region)

    def put_event(self, event: Mapping[str, Any]) -> None:
        """An event as a source sends it, on the default bus."""
        self.session().client("events").put_events(
            Entries=[
                {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
            ]
        )

    def run_schedule(self, name: str) -> None:
        """Runs every schedule whose name holds `name`, now."""
        found = [schedule for schedule in self._schedules if name in schedule.name]
        if not found:
            raise LookupError(f"no schedule is called {name}: {[each.name for each in self._schedules]}")
        for schedule in found:
            self._fire(schedule, self.clock.now())

    def advance(self, by: timedelta) -> None:
        """Moves the clock; schedules that come due run, each once, at its latest time."""
        before = self.clock.now()
        now = self.clock.advance(by)
        for schedule in self._schedules:
            due = list(schedule.due(before, now))
            if due:
                self._fire(schedule, due[-1])

    def settle(self, timeout: float = 60.0) -> None:
        """Waits until queues are empty and nothing runs; raises TimeoutError that says what still moves."""
        deadline = time.monotonic() + timeout
        calm = 0
        while calm < 3:
            still = self._functions.is_still and all(poller.is_still for poller in self._pollers)
            calm = calm + 1 if still else 0
            if time.monotonic() > deadline:
                queues = [poller.is_still for poller in self._pollers]
                raise TimeoutError(f"still moving after {timeout} s: functions {self._functions.is_still}, {queues}")
            time.sleep(0.03)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every action that a role asked for, with the gate's decision."""
        return self.gate.calls

    @property
    def audit_events(self) -> tuple[dict[str, Any], ...]:
        """Every event on the project's bus."""
        with self._lock:
            return tuple(self._events)

    def audited(self, action: str) -> list[dict[str, Any]]:
        """The details of applied changes of one action."""
        applied = [each for each in self.audit_events if each["detail-type"] == "Change Applied"]
        return [event["detail"] for event in applied if event["detail"].get("action") == action]

    def writes(self) -> int:
        """How many calls changed something; queue and bus are transport."""
        made = [call for call in self.calls if not call.dependent]
        names = [call.action for call in made if not call.action.startswith(_TRANSPORT)]
        return sum(not name.partition(":")[2].startswith(_READS) for name in names)

    def logs(self, function: str) -> list[str]:
        """What a function printed, by its logical id."""
        return self._functions.logs(function)

    def record_activity(self, space: str, at: datetime | None = None) -> None:
        """Somebody works in the space's apps; a health check came a moment later."""
        now = at or self.clock.now()
        place = Place(account=self.account, region=self.region)
        self._studio.touch(place, space, now, now + timedelta(seconds=30))

    def spoil_tags(self, domain: Domain, login: str) -> None:
        """Somebody sets a wrong team on the person's profile."""
        studio = self.session().client("sagemaker", region_name=domain.region)
        profile = studio.describe_user_profile(DomainId=domain.domain_id, UserProfileName=profile_name(login))
        studio.add_tags(ResourceArn=profile["UserProfileArn"], Tags=[{"Key": "team", "Value": "spoiled"}])

    # -- between the parts ----------------------------------------------------------------------

    def _studio_url(self) -> str:
        return f"http://127.0.0.1:{self._gateway.port}/studio-page"

    def _page(self, _path: str, query: Mapping[str, list[str]]) -> tuple[int, str]:
        return open_page(self._studio, query.get("token", [""])[0])

    def _to_function(self, arn: str, event: object) -> None:
        self._functions.invoke_later(arn, event)

    def _polled(self, arn: str, event: object) -> Any:
        return self._functions.invoke(arn, event)

    def _seen(self, bus: str, event: Mapping[str, Any]) -> None:
        if bus == self.outputs.get("AuditBusName"):
            with self._lock:
                self._events.append(dict(event))

    def _credentials(self, function: FunctionConfig) -> Mapping[str, str]:
        sts = self.session().client("sts")
        assumed = sts.assume_role(RoleArn=function.role, RoleSessionName=function.name[:64])
        return {name: str(value) for name, value in assumed["Credentials"].items()}

    def _dead_letter(self, function: FunctionConfig, body: str) -> None:
        arn = function.on_failure or ""
        sqs = self.session().client("sqs")
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"], MessageBody=body)

    def _caller(self, method: str, url: str, headers: Mapping[str, str], body: bytes, route: Route) -> str:
        key = access_key(headers)
        principal = self.gate.principal(key)
        if principal is None:
            raise NotSigned("The security token included in the request is invalid.")
        assumed = sts_backends[principal.role.account_id]["aws"].get_assumed_role_from_access_key(key)
        if assumed is None:
            raise NotSigned("The security token included in the request is invalid.")
        credentials = Credentials(key, assumed.secret_access_key, assumed.session_token)
        verify(method, url, headers, body, credentials)
        decision = self.gate.authorize(key, "execute-api:Invoke", route.arn)
        if not decision.allowed:
            raise NotSigned(f"User: {principal.arn} is not authorized to access this resource: {decision.reason}")
        return principal.arn

    def _read_schedules(self) -> list[Schedule]:
        scheduler = self.session().client("scheduler")
        names = [each["Name"] for each in scheduler.list_schedules()["Schedules"]]
        found = [scheduler.get_schedule(Name=name) for name in names]
        return [
            Schedule(
                name=each["Name"],
                expression=each["ScheduleExpression"],
                timezone=each.get("ScheduleExpressionTimezone", "UTC"),
                target=each["Target"]["Arn"],
                role=each["Target"]["RoleArn"],
                input=each["Target"].get("Input", "{}"),
            )
            for each in found
        ]

    def _fire(self, schedule: Schedule, at: datetime) -> None:
        text = schedule.input.replace("<aws.scheduler.scheduled-time>", moment(at))
        self._functions.invoke_later(schedule.target, json.loads(text))


class _OperatorSession(boto3.Session):
    """Clients that reach the stack, with credentials that are no role's."""

    def __init__(self, endpoint: str, region: str) -> None:
        super().__init__(aws_access_key_id="operator", aws_secret_access_key="operator", region_name=region)  # noqa: S106 - moto asks for something
        self._endpoint = endpoint

    def client(self, *arguments: Any, **named: Any) -> Any:
        """As boto3's, with the stack's endpoint."""
        return super().client(*arguments, **{"endpoint_url": self._endpoint, **named})


def _restore_environment(**variables: str) -> Any:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)

    def restore() -> None:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    return restore
