"""Which lines a log subscription lets through, and that the template's lets through what is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from concierge.directory.sources import windows_security
from local.events.log_filters import passes, terms

ROOT = Path(__file__).parents[3]
TEMPLATE: Any = yaml_parse((ROOT / "template.yaml").read_text())
PATTERN: str = TEMPLATE["Resources"]["MembershipEventsFromLogs"]["Properties"]["FilterPattern"]


def test_no_pattern_lets_every_line_through() -> None:
    assert passes("whatever", terms(""))


def test_any_of_the_terms_is_enough() -> None:
    any_of = terms('?">4728</EventID>" ?groupChange')
    assert passes("<EventID Qualifiers='0'>4728</EventID>", any_of)
    assert passes('{"type": "groupChange"}', any_of)
    assert not passes("<EventID>4624</EventID>", any_of)


@pytest.mark.parametrize("pattern", ["ERROR", "{ $.level = 1 }", "[a, b]", '?"open', "-term", "?a" * 600])
def test_other_patterns_are_refused_and_not_taken_for_everything(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        terms(pattern)


def test_the_template_lets_through_exactly_the_records_that_are_read() -> None:
    source = Path(windows_security.__file__).read_text()
    numbers = {str(number) for number in range(4700, 4800) if f'"{number}"' in source}
    distribution = {"4746", "4747", "4751", "4752", "4761", "4762"}  # read only to be ignored
    wanted = set(re.findall(r">(\d+)<", PATTERN))
    assert wanted == numbers - distribution
    assert passes((ROOT / "events" / "samba-4728-add.json").read_text(), terms(PATTERN))
