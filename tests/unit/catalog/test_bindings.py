"""A binding must say clearly who gets what; one that does not, or that can never count, is a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.catalog.load import load
from concierge.catalog.source import compile_file
from tests.support.studio_file import GOOD, problems, write

HEAD = GOOD.partition("bindings:\n")[0]
RESEARCH = "domain: research, persona: data-scientist"
SECOND_DOMAIN = """\
  - {name: sandbox, account: "123456789012", region: eu-west-1, domain_id: d-sandbox}
lifecycle_configs:
"""


def bindings(folder: Path, *lines: str, head: str = HEAD) -> Path:
    return write(folder, head + "bindings:\n" + "".join(f"  - {{{line}}}\n" for line in lines))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (RESEARCH, "bindings[0]: needs exactly one of group and pattern"),
        (f"group: a, pattern: 'x-{{team}}', {RESEARCH}", "bindings[0]: needs exactly one of group and pattern"),
        ("group: a, domain: research", "bindings[0]: does not say which persona (add persona)"),
        ("group: a, persona: data-scientist", "bindings[0]: does not say which domain (add domain)"),
        ("pattern: 'x-{account}'", "does not say which persona (add persona, or {persona} in the pattern)"),
        ("pattern: 'x-{persona}'", "does not say which domain (add domain, or {domain} or {account} in the pattern)"),
        (f"pattern: research-ds, {RESEARCH}", "bindings[0].pattern: has no placeholder (write it as group"),
        ("pattern: 'x-{acount}-{persona}'", "{acount} is not a placeholder (did you mean 'account'?)"),
        ("pattern: 'x-{domain}-{persona}-{persona}'", "{persona} is there twice"),
        ("pattern: 'x-{account-{persona}'", "has a brace without its partner"),
        ("pattern: 'x-{account}}-{persona}'", "has a brace without its partner"),
        (f"pattern: 'x-{{domain}}', {RESEARCH}", "{domain} and the binding's own domain say the same thing twice"),
        (f"pattern: 'x-{{team}}', {RESEARCH}, tags: {{team: a}}", "{team} and the binding's own team say the same"),
        (f"pattern: 'x-{{team}}', {RESEARCH}, group_id: S-1-5-21", "a pattern has no one group"),
    ],
)
def test_a_binding_that_is_not_clear_is_refused(tmp_path: Path, line: str, expected: str) -> None:
    found = problems(bindings(tmp_path, line))
    assert any(expected in each for each in found), found


def test_an_account_with_two_domains_does_not_say_which(tmp_path: Path) -> None:
    head = HEAD.replace("lifecycle_configs:\n", SECOND_DOMAIN, 1)
    found = problems(bindings(tmp_path, "pattern: 'x-{account}-{persona}'", head=head))
    assert "account 123456789012 has several domains (add domain, or {domain} in the pattern)" in found[0]
    compile_file(bindings(tmp_path, "pattern: 'x-{account}-{domain}-{persona}'", head=head))


def test_people_who_share_a_role_by_team_need_a_team(tmp_path: Path) -> None:
    head = HEAD.replace("name: data-scientist\n", "name: data-scientist\n    role_scope: team\n")
    found = problems(bindings(tmp_path, f"group: a, {RESEARCH}", head=head))
    assert "people of data-scientist share a role by team, and no team is given" in found[0]
    compile_file(bindings(tmp_path, f"group: a, {RESEARCH}, tags: {{team: a}}", head=head))
    compile_file(bindings(tmp_path, "pattern: '{team}-{domain}-{persona}'", head=head))


def test_two_bindings_of_one_group_and_domain_are_a_mistake(tmp_path: Path) -> None:
    found = problems(bindings(tmp_path, f"group: research-ds, {RESEARCH}", f"group: RESEARCH-DS, {RESEARCH}"))
    assert "18:5 bindings[1]: bindings[0] is the same group and domain" in found[0]


def test_a_group_after_a_pattern_that_takes_it_would_never_count(tmp_path: Path) -> None:
    pattern, group = (
        "pattern: 'SageMaker-{account}-{persona}'",
        f"group: sagemaker-123456789012-DATA-scientist, {RESEARCH}",
    )
    found = problems(bindings(tmp_path, pattern, group))
    (one,) = found
    assert one.startswith("18:5 bindings[1]: never has an effect: the pattern of line 17 gives research first (move")
    assert len(load(compile_file(bindings(tmp_path, group, pattern))).bindings) == 2


def test_one_id_cannot_stand_for_two_groups(tmp_path: Path) -> None:
    first, second = (f"group: {name}, {RESEARCH}, group_id: S-1-5-21" for name in ("a", "b"))
    assert "bindings[1].group_id: is the id of group 'a' already" in problems(bindings(tmp_path, first, second))[0]
