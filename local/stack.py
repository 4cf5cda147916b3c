"""The whole deployment on a laptop: `with LocalStack(...) as stack:`."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Self

import boto3
from moto.server import ThreadedMotoServer

from concierge.catalog.load import load
from concierge.catalog.source import compile_file
from local.clock import Clock
from local.delivery import Delivery
from local.events import rules, topics
from local.events.fifo import sqs_rules
from local.events.queues import Batch, Poller
from local.events.schedules import read_schedules
from local.events.stillness import settled
from local.gate import moto_gate
from local.gate.gate import Call, Gate
from local.gate.trust import trust_allows
from local.http.callers import caller_by
from local.http.gateway import Backend, Gateway, routes
from local.in_turn import in_turn
from local.operator import OperatorSession, credentials_of, reset, with_environment
from local.runtime.functions import Functions
from local.sts_saml import moto_sts
from local.studio import moto_studio
from local.studio.backend import Place, StudioBackend
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
        self._idp_metadata = idp_metadata
        self.studio = StudioBackend(self.clock, timings or Timings(), self._studio_url)
        self.gate = Gate(self.clock, self.studio.tags_of)
        self._events: list[dict[str, Any]] = []
        self._notifications: list[topics.Notification] = []
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
            with_environment(
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
        reset(self.endpoint)
        self._gateway = Gateway()
        self._closing.callback(self._gateway.close)
        for patch in (
            moto_gate.installed(self.gate),
            moto_studio.installed(self.studio),
            moto_sts.installed(Clock().now, trust_allows, self.gate.remember_session),
            sqs_rules(self.clock.now),
            in_turn(),
            rules.delivering(lambda *given: self._delivery.target(self._functions, *given), self._seen),
            topics.hearing(self._told),
        ):
            self._closing.enter_context(patch)
        self._deploy()

    def _deploy(self) -> None:
        self._seed()
        offered = {
            "PublicBaseUrl": f"http://127.0.0.1:{self._gateway.port}/v1",
            "SamlProviderArn": f"arn:aws:iam::{self.account}:saml-provider/corp",
            **self._kept_secrets(),
        }
        place = {"account": self.account, "region": self.region}
        self._deployment, self.outputs = release(
            self._template, self._parameters, self.session(), offered=offered, **place
        )
        self._deploy_spokes()
        self._publish_catalog()
        self._run()

    def _seed(self) -> None:
        """What an administrator has before the first deployment."""
        if self._idp_metadata is not None:
            self.session().client("iam").create_saml_provider(SAMLMetadataDocument=self._idp_metadata, Name="corp")
        if self._catalog is not None:
            for domain in load(compile_file(self._catalog)).domains:
                place = Place(account=domain.account, region=domain.region)
                self.studio.seed_domain(place, name=domain.name, domain_id=domain.domain_id)

    def _kept_secrets(self) -> dict[str, str]:
        """ARNs by parameter."""
        client = self.session().client("secretsmanager")
        return {name: client.create_secret(Name=name, SecretString=text)["ARN"] for name, text in self._secrets.items()}

    def _deploy_spokes(self) -> None:
        """What an administrator rolls out to the other accounts of the catalog."""
        domains = load(compile_file(self._catalog)).domains if self._catalog is not None else ()
        reached = {each.account: each.external_id for each in domains if each.account != self.account}
        for account, external_id in reached.items():
            if external_id is None:  # the catalog does not say how: the functions report it
                continue
            given = {
                "HubAccountId": self.account,
                "ExternalId": external_id,
                "CatalogBucketArn": f"arn:aws:s3:::{self.outputs['CatalogBucket']}",
            }
            template = self._template.parent / "spoke.yaml"
            release(template, given, self.session(account), account=account, region=self.region)

    def _publish_catalog(self) -> None:
        bucket = self.outputs.get("CatalogBucket")
        if self._catalog is not None and bucket is not None:
            body = compile_file(self._catalog)
            self.session().client("s3").put_object(Bucket=bucket, Key="catalog.json", Body=body)

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
            invoke=partial(self._delivery.route, self._functions), caller=caller_by(self.gate), page=self._page
        )
        self._schedules = read_schedules(self.session().client("scheduler"))
        self._ticked_at = self.clock.now()

    # -- what a story does ----------------------------------------------------------------------

    def session(self, account: str | None = None) -> boto3.Session:
        """The operator's session, in the stack's account or another: everything is allowed, nothing is recorded."""
        return OperatorSession(self.endpoint, self.region, account)

    def put_event(self, event: Mapping[str, Any], bus: str = "default") -> None:
        """An event as a source sends it; `bus` is the default one, the project's or a partner's."""
        self.session().client("events").put_events(
            Entries=[
                {
                    "Source": event["source"],
                    "DetailType": event["detail-type"],
                    "Detail": json.dumps(event["detail"]),
                    "EventBusName": bus,
                }
            ]
        )

    def put_log_events(self, log_group: str, *messages: str) -> None:
        """Lines in a log group that the template subscribes to; raises KeyError for any other group."""
        function = self._deployment.log_subscriptions[log_group]
        self._delivery.log_lines(self._functions, log_group, function, messages, Clock().now())

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
        found = [schedule for schedule in self._schedules if name in schedule.name]
        if not found:
            raise LookupError(f"no schedule is called {name}: {[each.name for each in self._schedules]}")
        for schedule in found:
            self._delivery.schedule(self._functions, schedule, self.clock.now())

    def advance(self, by: timedelta) -> None:
        """Moves the clock, and runs what comes due."""
        self.clock.advance(by)
        self.tick()

    def tick(self) -> None:
        """Runs the schedules that came due since the last tick, each once, at its latest time."""
        before, self._ticked_at = self._ticked_at, self.clock.now()
        for schedule in self._schedules:
            for at in list(schedule.due(before, self._ticked_at))[-1:]:
                self._delivery.schedule(self._functions, schedule, at)

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
        with self._lock:
            return tuple(self._events)

    @property
    def notifications(self) -> tuple[topics.Notification, ...]:
        """What topics were told, in order."""
        with self._lock:
            return tuple(self._notifications)

    def logs(self, function: str) -> list[str]:
        """What a function printed, by its logical id."""
        return self._functions.logs(function)

    # -- between the parts ----------------------------------------------------------------------

    def _studio_url(self) -> str:
        return f"http://127.0.0.1:{self._gateway.port}/studio-page"

    def _page(self, _path: str, query: Mapping[str, list[str]]) -> tuple[int, str]:
        return open_page(self.studio, query.get("token", [""])[0])

    def _seen(self, bus: str, event: Mapping[str, Any]) -> None:
        if bus == self.outputs.get("AuditBusName"):
            with self._lock:
                self._events.append(dict(event))

    def _told(self, notification: topics.Notification) -> None:
        with self._lock:
            self._notifications.append(notification)
