"""`make demo`: the main job, told by the real template running on this machine."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from concierge.catalog.load import load
from concierge.catalog.model import Catalog, Grant
from concierge.catalog.source import compile_file
from concierge.errors import CatalogError
from local import report
from local.character import Character
from local.clock import Clock
from local.demo_options import Options, read_options
from local.idp import DemoIdp
from local.stack import LocalStack
from local.story import Story

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "studio.yaml"
_LETS_IN = (302, 303)  # straight into Studio, or to a choice


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 if every step of the story ended as it should."""
    options = read_options(arguments, description=__doc__, example=EXAMPLE)
    console = Console()
    try:
        compiled = compile_file(options.catalog)
    except CatalogError as error:
        console.print(f"[red]{options.catalog} cannot be used:[/red]\n{error}", highlight=False)
        return 1
    catalog = load(compiled)
    group = options.group or next((each.group for each in catalog.bindings if each.group), None)
    grants = catalog.grants([group] if group else [])
    if group is None or not grants:
        console.print(f"[red]{options.catalog}: give a group that a binding names with --group[/red]")
        return 1
    return _tell(options, catalog, replace(grants[0], group=group), console)


def _elsewhere(catalog: Catalog, here: Grant) -> Grant | None:
    """The first group that gives something in another account, if the catalog says how that is reached."""
    for binding in catalog.bindings:
        for grant in catalog.grants([binding.group] if binding.group else []):
            if grant.domain.account != here.domain.account and grant.domain.spoke_role is not None:
                return grant
    return None


def _tell(options: Options, catalog: Catalog, here: Grant, console: Console) -> int:
    person = Character(directory=catalog.directories[0].name)
    clock, idp = Clock(), DemoIdp("https://idp.demo.example.com/metadata", suggests=person.login)
    started = time.monotonic()
    with console.status("Starting the stack from template.yaml …"):
        stack = LocalStack(
            ROOT / "template.yaml",
            {"RequeueSeconds": "1"},
            catalog=options.catalog,
            idp_metadata=options.idp_metadata,
            idp=None if options.idp_metadata else idp,
            clock=clock,
            account=here.domain.account,
            region=here.domain.region,
        )
        stack.start()
    with stack:
        console.print(f"The stack is up after {time.monotonic() - started:.1f} s: {stack.endpoint}\n")
        story = Story(stack=stack, idp=idp, group=here.group, person=person)
        there, directory_id = _elsewhere(catalog, here), next(iter(catalog.directories[0].ids), None)
        narrator = Narrator(console, story, here, there)
        steps = narrator.run(directory_id=directory_id, can_log_in=options.idp_metadata is None)
        console.print(report.steps(steps))
        console.print(report.calls(stack.calls))
        console.print(report.audit(stack.audit_events))
        console.print(f"\nThe whole story took {time.monotonic() - started:.1f} s.")
        if options.serve:
            for grant in (here, there) if there else (here,):  # so that whoever looks on can log in, too
                replace(story, group=grant.group).joins()
            report.serving(console, stack)
            _serve(stack)
    return 0 if all(step.as_expected for step in steps) else 1


class Narrator:
    """Tells the story step by step and notes what came of each; `there` is a group of another account."""

    def __init__(self, console: Console, story: Story, here: Grant, there: Grant | None) -> None:
        self._console = console
        self._story = story
        self._domain = here.domain
        self._there = there
        self._steps: list[report.Step] = []

    def run(self, *, directory_id: str | None, can_log_in: bool) -> list[report.Step]:
        """The steps in order; `directory_id` makes the first event one of AWS Managed Microsoft AD."""
        self._join(directory_id)
        if self._there is not None:
            self._join_elsewhere(self._there)
        if can_log_in:
            self._login()
        else:
            with self._step("Login") as say:
                say("skipped: only your identity provider can sign for its own metadata", as_expected=True)
        self._idle()
        self._tags()
        if self._there is not None:
            self._one_account_fails(self._there)
        self._leave(self._story, self._domain.name)
        if self._there is not None:
            self._leave_elsewhere(self._there, can_log_in=can_log_in)
        if can_log_in:
            with self._step("Tries to log in after leaving") as say:
                page = self._story.logs_in()
                say(f"{page.status}, no link", as_expected=page.status == 403)
        return self._steps

    def _join(self, directory_id: str | None) -> None:
        story = self._story
        event = (
            story.directory_service_data("AddGroupMember", directory_id) if directory_id else story.membership("added")
        )
        with self._step(f"{story.person.login} joins {story.group}") as say:
            story.tell(event)
            profile = self._story.audited("create profile")
            say(profile[-1]["subject"] if profile else "no profile", as_expected=bool(profile))
        with self._step("The same event arrives again") as say:
            before = self._story.writes()
            story.tell(event)
            after = self._story.writes()
            say(f"{after - before} writes", as_expected=after == before)

    def _join_elsewhere(self, there: Grant) -> None:
        with self._step(f"Joins {there.group} too, of account {there.domain.account}") as say:
            replace(self._story, group=there.group).joins()
            profile = self._story.audited("create profile")[-1]["subject"]
            say(profile, as_expected=profile.endswith(f"in {there.domain.name}"))

    def _login(self) -> None:
        with self._step("Logs in through the company portal") as say:
            response = self._story.saml_response()
            page = self._story.logs_in(response)
            several = page.status == 303
            where = "a choice of workspaces" if several else page.location.partition("?")[0]
            say(f"{page.status} → {where}", as_expected=page.status in _LETS_IN)
        if page.status in _LETS_IN:
            with self._step(f"Chooses {self._domain.name}, and Studio opens" if several else "Opens Studio") as say:
                studio = self._story.follows(self._story.chooses(page, self._domain.name) if several else page)
                say(f"{studio.status}, the stand-in Studio page", as_expected=self._domain.domain_id in studio.body)
        with self._step("Somebody replays the same response") as say:
            replay = self._story.logs_in(response)
            say(f"{replay.status}, refused", as_expected=replay.status == 403)

    def _idle(self) -> None:
        domain = self._domain
        with self._step("Starts JupyterLab, then goes home for 12 hours") as say:
            space = self._story.starts_an_app(domain_id=domain.domain_id, region=domain.region)
            self._story.works_in(space)
            self._story.hours_pass(12)
            stopped = self._story.audited("stop app")
            say(stopped[-1]["reason"] if stopped else "still running", as_expected=bool(stopped))

    def _tags(self) -> None:
        with self._step("Somebody spoils the profile's tags; the night mends them") as say:
            self._story.spoils_tags(self._domain.domain_id)
            self._story.night("NightHouse")
            mended = self._story.audited("set tags")
            say(mended[-1]["reason"] if mended else "not mended", as_expected=bool(mended))

    def _one_account_fails(self, there: Grant) -> None:
        story, account, failing = self._story, there.domain.account, f"domain {there.domain.name}"
        with self._step(f"Tags are spoiled in both accounts, and {account} lets nobody in") as say:
            story.spoils_tags(self._domain.domain_id)
            story.spoils_tags(there.domain.domain_id, account=account, region=there.domain.region)
            before = len(story.audited("set tags"))
            with story.shut_out(str(there.domain.spoke_role)):
                story.night("NightHouse")
            mended, reported = story.audited("set tags")[before:], story.reported(failing)
            said = f"{len(mended)} mended in {self._domain.name}; {failing} is reported" if reported else "not reported"
            say(said, as_expected=bool(reported) and len(mended) == 1)
        with self._step(f"{account} lets the hub in again; the next night") as say:
            story.night("NightHouse")
            subject = story.audited("set tags")[-1]["subject"]
            say(f"{subject}: mended", as_expected=subject.endswith(f"in {there.domain.name}"))

    def _leave(self, story: Story, domain: str) -> None:
        with self._step(f"{story.person.login} leaves {story.group}") as say:
            story.leaves()
            locked = story.audited("record binding")[-1]["subject"]
            say(locked, as_expected=locked.endswith(f"in {domain}: closed"))

    def _leave_elsewhere(self, there: Grant, *, can_log_in: bool) -> None:
        if can_log_in:
            with self._step("Logs in again, by the door that is left") as say:
                page = self._story.logs_in()
                studio = self._story.follows(page) if page.status == 302 else page
                say(f"{studio.status}, {there.domain.domain_id}", as_expected=there.domain.domain_id in studio.body)
        self._leave(replace(self._story, group=there.group), there.domain.name)

    @contextmanager
    def _step(self, what: str) -> Iterator[report.Say]:
        started = time.monotonic()
        with self._console.status(f"{what} …"):
            yield lambda came_of_it, *, as_expected: self._steps.append(
                report.Step(
                    what=what,
                    came_of_it=came_of_it,
                    as_expected=as_expected,
                    seconds=time.monotonic() - started,
                )
            )


def _serve(stack: LocalStack) -> None:
    """Until Ctrl-C; schedules come due as time goes by."""
    try:
        while True:
            time.sleep(1)
            stack.tick()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    sys.exit(main())
