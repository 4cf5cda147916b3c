"""What moves in a deployment: functions, pollers of queues, schedules, routes; executions begin and end elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import partial

import boto3

from local.delivery import Delivery
from local.events.queues import Poller
from local.events.schedules import Timetable, read_schedules
from local.gate.gate import Gate
from local.http.callers import caller_by
from local.http.gateway import Backend, Gateway, routes
from local.operator import credentials_of
from local.runtime.functions import Functions
from local.template.deployment import Deployment


class MovingParts:
    """Those of one deployment; `start` sets them going.

    concurrency: how many batches of one queue may be handled at once, where its mapping allows as many.
    """

    def __init__(
        self, deployment: Deployment, gate: Gate, session: boto3.Session, *, endpoint: str, concurrency: int
    ) -> None:
        self._deployment = deployment
        self.delivery = Delivery(gate, session)
        self.functions = Functions(
            deployment.functions, endpoint, partial(credentials_of, session), self.delivery.failure
        )
        sqs = session.client("sqs")
        self.pollers = [
            Poller(sqs, mapping, self.functions.invoke, concurrency=concurrency) for mapping in deployment.event_sources
        ]

    def start(self, closing: ExitStack, stop: Callable[[], None]) -> None:
        """`closing` ends what begins here, and calls `stop`, which keeps executions from going on, before all else.

        Raises Refused where a role lacks what an AWS service needs from the start.
        """
        self._require_rights()
        for poller in self.pollers:
            poller.start()
            closing.callback(poller.close)
        closing.callback(self.functions.close)  # before the pollers, which wait for what runs
        for poller in self.pollers:
            closing.callback(poller.stop)
        closing.callback(stop)

    def answer(self, gateway: Gateway, gate: Gate) -> None:
        """Routes of the deployment's APIs lead to its functions."""
        deployment = self._deployment
        for api, stage in deployment.stages:
            gateway.routes += routes(api, stage, deployment.api_bodies[api], deployment.region, deployment.account)
        gateway.backend = Backend(invoke=partial(self.delivery.route, self.functions), caller=caller_by(gate))

    def timetable(self, now: datetime) -> Timetable:
        """The deployment's schedules, which have run up to `now`."""
        schedules = read_schedules(self._deployment.client("scheduler"))
        return Timetable(schedules, partial(self.delivery.schedule, self.functions), now)

    def _require_rights(self) -> None:
        for mapping in self._deployment.event_sources:
            name = mapping["FunctionName"].rpartition(":")[2]
            self.delivery.require_polling(self._deployment.functions[name], mapping["EventSourceArn"])
        for machine in self._deployment.machines.values():
            self.delivery.require_logging(machine)
