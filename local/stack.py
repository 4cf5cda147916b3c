"""The whole deployment on a laptop: `with LocalStack(...) as stack:`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import boto3

from local.clock import Clock
from local.events import rules, topics
from local.events.fifo import sqs_rules
from local.events.log_filters import passes
from local.events.queues import Batch
from local.events.stillness import settled
from local.gate import moto_gate
from local.gate.gate import Call, Gate
from local.gate.trust import trust_allows
from local.heard import Heard
from local.http import demo_idp
from local.http.gateway import Gateway
from local.idp import DemoIdp
from local.in_turn import in_turn
from local.moto_server import serve
from local.operator import OperatorSession
from local.parts import MovingParts
from local.preparation import Preparation
from local.states import moto_states
from local.states.executions import Execution, Executions
from local.states.pauses import Pauses
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
    pauses:       how long state machines wait, between tries too: by default much shorter than on AWS.
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
        pauses: Pauses | None = None,
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
        self._pauses = pauses or Pauses()
        self._executions = Executions(lambda: self._deployment.machines)
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
            rules.delivering(
                lambda *given: self._parts.delivery.target(self._parts.functions, *given), self._heard.event
            ),
            topics.hearing(self._heard.notification),
            moto_states.installed(self._executions, lambda: self._parts.functions, self.gate.require, self._pauses),
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
        self._parts = MovingParts(
            self._deployment, self.gate, self.session(), endpoint=self.endpoint, concurrency=self._concurrency
        )
        self._parts.start(self._closing, self._executions.stop)
        self._parts.answer(self._gateway, self.gate)
        self._timetable = self._parts.timetable(self.clock.now())

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
            self._parts.delivery.log_lines(self._parts.functions, log_group, function, let_through, Clock().now())

    def invoke(self, function: str, event: object) -> Any:
        """What a function answers to the operator, by its logical id; raises RuntimeError with its error."""
        arns = {each.logical_id: each.arn for each in self._deployment.functions.values()}
        if function not in arns:
            raise LookupError(f"the template has no function {function}; it has {', '.join(arns)}")
        result = self._parts.functions.invoke(arns[function], event)
        if not result.ok:
            raise RuntimeError(result.body.decode())
        return json.loads(result.body)

    def start_execution(self, machine: str, given: object) -> str:
        """The name of an execution that begins now; the state machine by its logical id. `settle` waits for it."""
        arns = {each.logical_id: each.arn for each in self._deployment.machines.values()}
        if machine not in arns:
            raise LookupError(f"the template has no state machine {machine}; it has {', '.join(arns) or 'none'}")
        return self._parts.delivery.start_execution(arns[machine], given)

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
        settled(self._parts.functions, self._parts.pollers, self._executions, timeout)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every action that a role asked for, with the gate's decision."""
        return self.gate.calls

    @property
    def executions(self) -> tuple[Execution, ...]:
        """Every execution of a state machine, in the order of their beginning."""
        return self._executions.all

    @property
    def batches(self) -> tuple[Batch, ...]:
        """Every batch that functions were given from queues."""
        return tuple(each for poller in self._parts.pollers for each in poller.batches)

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
        return self._parts.functions.logs(function)
