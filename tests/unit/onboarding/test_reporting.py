"""What lets an app report that it is in use: the table's name in its script, and one row of the table for its role."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from concierge.catalog.model import Binding, Catalog, Domain, LifecycleConfig, Persona, RoleScope
from concierge.model import AppType, Membership, PersonRecord
from concierge.onboarding.desired import Access, Surroundings, desired_access
from concierge.onboarding.reporting import PLACEHOLDER, Rows, reporting_policy, reporting_script
from tests.support.fakes import AT_TEN
from tests.support.house import AMARA

SILENT = Surroundings(account="123456789012", partition="aws", boundary="arn:aws:iam::123456789012:policy/boundary")
REPORTING = replace(SILENT, activity_table="studio-activity")
RESEARCH = Domain(name="research", account="210987654321", region="eu-west-1", domain_id="d-1")
FREE = 600  # characters of IAM's 10,240 that the catalog leaves free in a persona's policy
READ = {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def catalog(policy: Mapping[str, Any] | None) -> Catalog:
    persona = Persona(
        name="data-scientist",
        role_scope=RoleScope.USER,
        inline_policy=None if policy is None else json.dumps(policy, sort_keys=True, separators=(",", ":")),
        lifecycle_configs=("reporter",),
    )
    script = f"#!/bin/bash\ntable={PLACEHOLDER}\n"
    return Catalog(
        version=1,
        directories=(),
        domains=(RESEARCH,),
        personas=(persona,),
        lifecycle_configs=(LifecycleConfig(name="reporter", app_type=AppType.JUPYTER_LAB, script=script),),
        bindings=(Binding(group="ds", domain="research", persona="data-scientist"),),
        digest="",
    )


def access(surroundings: Surroundings, policy: Mapping[str, Any] | None = None) -> Access:
    member = Membership(group_id="g", group="ds", present=True, occurred_at=AT_TEN)
    record = PersonRecord(person=AMARA, memberships={"g": member})
    (found,) = desired_access(catalog(policy), record, surroundings)
    return found


def statements(found: Access) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(found.role.inline_policies["persona"])["Statement"]
    return listed


def test_a_role_may_write_its_own_row_and_no_other() -> None:
    found = access(REPORTING, {"Version": "2012-10-17", "Statement": [READ]})
    read, report = statements(found)
    assert read == READ
    assert report == {
        "Sid": "ReportActivity",
        "Effect": "Allow",
        "Action": "dynamodb:PutItem",
        "Resource": "arn:aws:dynamodb:eu-west-1:210987654321:table/studio-activity",
        "Condition": {
            "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [f"role#{found.role.name}"]},
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    }


def test_a_persona_without_a_policy_may_report_and_nothing_else() -> None:
    (report,) = statements(access(REPORTING))
    assert report["Sid"] == "ReportActivity"


def test_a_single_statement_without_a_list_is_kept() -> None:
    assert [each["Sid"] for each in statements(access(REPORTING, {"Version": "2012-10-17", "Statement": READ}))] == [
        "Read",
        "ReportActivity",
    ]


@pytest.mark.parametrize("policy", [None, {"Version": "2012-10-17", "Statement": [READ]}])
def test_without_a_table_nobody_gets_a_right_to_it(policy: Mapping[str, Any] | None) -> None:
    inline = access(SILENT, policy).role.inline_policies
    assert [json.loads(each) for each in inline.values()] == ([] if policy is None else [policy])


def test_the_script_names_the_table_and_its_configuration_is_named_after_what_it_says() -> None:
    (reporting,), (silent,) = access(REPORTING).lifecycle_configs, access(SILENT).lifecycle_configs
    assert reporting.script == "#!/bin/bash\ntable=studio-activity\n"
    assert silent.script == "#!/bin/bash\ntable=\n"
    assert reporting.name != silent.name
    assert reporting.arn.endswith(f"/{reporting.name}")


def test_a_script_that_does_not_report_stays_to_the_letter() -> None:
    assert reporting_script("#!/bin/bash\necho @ACTIVITY\n", "studio-activity") == "#!/bin/bash\necho @ACTIVITY\n"


def test_a_table_that_comes_later_changes_what_is_desired() -> None:
    assert access(SILENT).fingerprint != access(REPORTING).fingerprint


def test_the_statement_fits_into_what_policies_leave_free() -> None:
    nothing = '{"Statement":[],"Version":"2012-10-17"}'
    far = replace(RESEARCH, region="ap-southeast-99")
    rows = Rows(table="t" * 200, partition="aws-us-gov", domain=far, role="r" * 64)
    document = reporting_policy(nothing, rows)
    assert document is not None
    assert len(document) - len(nothing) + len(",") <= FREE
