"""The whole deployment on a laptop: `with LocalStack(...) as stack:`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Self

import boto3

from local.clock import Clock
from local.delivery import Delivery
from local.events import rules, topics
from local.events.fifo import sqs_rules
from local.events.log_filters import passes
from local.events.queues import Batch, Poller
from local.events.schedules import Timetable, read_schedules
from local.events.stillness import settled
from local.gate import moto_gate
from local.gate.gate import Call, Gate
from local.gate.trust import trust_allows
from local.heard import Heard
from local.http import demo_idp
from local.http.callers import caller_by
from local.http.gateway import Backend, Gateway, routes
from local.idp import DemoIdp
from local.in_turn import in_turn
from local.moto_server import serve
from local.operator import OperatorSession, credentials_of
from local.preparation import Preparation
from local.runtime.functions import Functions
from local.sts_saml import moto_sts
from local.studio import moto_studio
from local.studio.backend import StudioBackend
from local.studio.page import open_page
from local.studio.resources import Timings
from local.template.release import release


class LocalStack:
    """Everything that template.yaml names, running.

    template:     path of a SAM template.
    parameters:   values for its parameters; the public base URL and the SAML provider are filled in.
    catalog:      a studio.yaml: its domains exist from the start, and it is published to the stack's bucket. The
                  spoke.yaml beside the template is deployed into every other account that it names.
    idp_metadata: metadata (XML) of the identity provider that the IAM SAML provider `corp` holds.
    idp:          or the demonstration one, which has pages of its own: logins start at LoginUrl or at `portal`.
    clock:        what Studio and the schedules go by.
    secrets:      texts in Secrets Manager, by the parameter that names their ARN; the parameter is filled in.
    concurrency:  how many batches of one queue may be handled at once, where its mapping allows as many.
    """

    def __init__(  # noqa: PLR0913 - what a stack is made of, all named
        self,
        template: Path,
        parameters: Mapping[str, str] | None = None,
        *,
        catalog: Path | None = None,
        idp_metadata: str | None = None,
        idp: DemoIdp | None = None,
        clock: Clock | None = None,
        account: str = "123456789012",
        region: str = "eu-west-1",
        timings: Timings | None = None,
        concurrency: int = 2,
        secrets: Mapping[str, str] | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.account = account
        self.region = region
        self._concurrency = concurrency
        self._template = template
        self._parameters = dict(parameters or {})
        self._catalog = catalog
        self._secrets = dict(secrets or {})
        self._idp_metadata, self._idp = idp_metadata, idp
        self.studio = StudioBackend(self.clock, timings or Timings(), lambda: f"{self._here}/studio-page")
        self.gate = Gate(self.clock, self.studio.tags_of)
        self._heard = Heard(lambda: self.outputs.get("AuditBusName"))
        self._closing = ExitStack()
        self.outputs: dict[str, str] = {}
        self.endpoint = self.portal = ""

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
        self.endpoint = serve(self._closing, account=self.account, region=self.region)
        self._gateway = Gateway()
        self._here = f"http://127.0.0.1:{self._gateway.port}"
        self._gateway.pages["/studio-page"] = lambda asked: open_page(self.studio, asked.fields.get("token", ""))
        self._closing.callback(self._gateway.close)
        for patch in (
            moto_gate.installed(self.gate),
            moto_studio.installed(self.studio),
            moto_sts.installed(Clock().now, trust_allows, self.gate.remember_session),
            sqs_rules(self.clock.now),
            in_turn(),
            rules.delivering(lambda *given: self._delivery.target(self._functions, *given), self._heard.event),
            topics.hearing(self._heard.notification),
        ):
            self._closing.enter_context(patch)
        self._deploy()

    def _deploy(self) -> None:
        prepared = Preparation(self._catalog, self.account, self.region, self.session)
        site = self._idp and demo_idp.IdpSite(idp=self._idp, port=self._gateway.port)
        prepared.provider(site.metadata if site else self._idp_metadata)
        prepared.domains(self.studio)
        offered = {
            "PublicBaseUrl": f"{self._here}/v1",
            "SamlProviderArn": f"arn:aws:iam::{self.account}:saml-provider/corp",
            **prepared.secrets(self._secrets),
        }
        place = {"account": self.account, "region": self.region}
        self._deployment, self.outputs = release(
            self._template, self._parameters, self.session(), offered=offered, **place
        )
        if bucket := self.outputs.get("CatalogBucket"):
            prepared.spokes(self._template.parent / "spoke.yaml", bucket)
            prepared.publish(bucket)
        if site:
            self._gateway.pages[demo_idp.PATHS], self.portal = site.page(self.outputs), site.portal
        self._run()

    def _run(self) -> None:
        deployment = self._deployment
        self._delivery = Delivery(self.gate, self.session())
        self._functions = Functions(
            deployment.functions,
            self.endpoint,
            partial(credentials_of, self.session()),
            self._delivery.failure,
        )
        sqs = self.session().client("sqs")
        self._pollers = [
            Poller(sqs, mapping, self._functions.invoke, concurrency=self._concurrency)
            for mapping in deployment.event_sources
        ]
        for mapping in deployment.event_sources:
            name = mapping["FunctionName"].rpartition(":")[2]
            self._delivery.require_polling(deployment.functions[name], mapping["EventSourceArn"])
        for poller in self._pollers:
            poller.start()
            self._closing.callback(poller.close)
        self._closing.callback(self._functions.close)  # before the pollers, which wait for what runs
        for poller in self._pollers:
            self._closing.callback(poller.stop)
        for api, stage in deployment.stages:
            self._gateway.routes += routes(api, stage, deployment.api_bodies[api], self.region, self.account)
        self._gateway.backend = Backend(
            invoke=partial(self._delivery.route, self._functions), caller=caller_by(self.gate)
        )
        self._timetable = Timetable(
            read_schedules(self.session().client("scheduler")),
            partial(self._delivery.schedule, self._functions),
            self.clock.now(),
        )

    # -- what a story does ----------------------------------------------------------------------

    def session(self, account: str | None = None) -> boto3.Session:
        """The operator's session, in the stack's account or another: everything is allowed, nothing is recorded."""
        return OperatorSession(self.endpoint, self.region, account)

    def put_event(self, event: Mapping[str, Any], bus: str = "default") -> None:
        """An event as a source sends it; `bus` is the default one, the project's or a partner's."""
        source, kind, detail = event["source"], event["detail-type"], json.dumps(event["detail"])
        entry = {"Source": source, "DetailType": kind, "Detail": detail, "EventBusName": bus}
        self.session().client("events").put_events(Entries=[entry])  # type: ignore[list-item]  # as it is asked for

    def put_log_events(self, log_group: str, *messages: str) -> None:
        """Lines in a log group that the template subscribes to; raises KeyError for any other group."""
        function, any_of = self._deployment.log_subscriptions[log_group]
        if let_through := [each for each in messages if passes(each, any_of)]:
            self._delivery.log_lines(self._functions, log_group, function, let_through, Clock().now())

    def invoke(self, function: str, event: object) -> Any:
        """What a function answers to the operator, by its logical id; raises RuntimeError with its error."""
        arns = {each.logical_id: each.arn for each in self._deployment.functions.values()}
        if function not in arns:
            raise LookupError(f"the template has no function {function}; it has {', '.join(arns)}")
        result = self._functions.invoke(arns[function], event)
        if not result.ok:
            raise RuntimeError(result.body.decode())
        return json.loads(result.body)

    def run_schedule(self, name: str) -> None:
        """Runs every schedule whose name holds `name`, now."""
        self._timetable.run(name, self.clock.now())

    def advance(self, by: timedelta) -> None:
        """Moves the clock, and runs what comes due."""
        self.clock.advance(by)
        self.tick()

    def tick(self) -> None:
        """Runs the schedules that came due since the last tick, each once, at its latest time."""
        self._timetable.tick(self.clock.now())

    def settle(self, timeout: float = 60.0) -> None:
        """Waits until queues are empty and nothing runs; raises TimeoutError that says what still moves."""
        settled(self._functions, self._pollers, timeout)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every action that a role asked for, with the gate's decision."""
        return self.gate.calls

    @property
    def batches(self) -> tuple[Batch, ...]:
        """Every batch that functions were given from queues."""
        return tuple(each for poller in self._pollers for each in poller.batches)

    @property
    def audit_events(self) -> tuple[dict[str, Any], ...]:
        """Every event on the project's bus."""
        return self._heard.events

    @property
    def notifications(self) -> tuple[topics.Notification, ...]:
        """What topics were told, in order."""
        return self._heard.notifications

    def logs(self, function: str) -> list[str]:
        """What a function printed, by its logical id."""
        return self._functions.logs(function)
