"""Each check finds its own fault and no other, and says what would be right."""

from dataclasses import replace

import pytest

from concierge.compliance.checks import CHECKS, findings
from concierge.compliance.model import Inspected, Posture
from concierge.model import Door, ProfileBinding, Status
from tests.support.house_fakes import RIGHT
from tests.support.night_fakes import RESEARCH, binding


def seen(posture: Posture = RIGHT, *bindings: ProfileBinding, **profiles: Status) -> Inspected:
    return Inspected(domain=RESEARCH, posture=posture, profiles=profiles, bindings=bindings)


def test_a_domain_that_is_set_up_well_has_no_finding() -> None:
    assert findings(seen()) == ()


@pytest.mark.parametrize(
    ("wrong", "found", "right"),
    [
        ({"auth_mode": "SSO"}, "AuthMode is SSO", "must be IAM"),
        ({"network_access": "PublicInternetOnly"}, "AppNetworkAccessType is PublicInternetOnly", "should be VpcOnly"),
        ({"network_access": ""}, "AppNetworkAccessType is not set", "should be VpcOnly"),
        ({"kms_key": ""}, "KmsKeyId is not set", "should be a key of the company"),
        ({"tag_propagation": ""}, "TagPropagation is not set", "should be ENABLED"),
        ({"tag_propagation": "DISABLED"}, "TagPropagation is DISABLED", "should be ENABLED"),
        ({"identity_config": ""}, "ExecutionRoleIdentityConfig is not set", "should be USER_PROFILE_NAME"),
        ({"docker_access": "ENABLED"}, "EnableDockerAccess is ENABLED", "should be DISABLED"),
    ],
)
def test_one_fault_is_one_finding_that_says_what_is_and_what_should_be(
    wrong: dict[str, str], found: str, right: str
) -> None:
    (finding,) = findings(seen(replace(RIGHT, **wrong)))
    assert finding.subject == "domain research"
    assert finding.reason.startswith(f"{found}, {right}")


def test_docker_is_off_where_nobody_switched_it_on() -> None:
    assert findings(seen(replace(RIGHT, docker_access=""))) == ()


def test_somebody_who_may_enter_but_has_no_profile_is_found() -> None:
    people = (binding(), binding("ben-ito"), binding("cho-min", door=Door.CLOSED), binding("dana", door=Door.REMOVED))
    (finding,) = findings(seen(RIGHT, *people, **{"amara-okafor": Status.IN_SERVICE}))
    assert finding.subject == "1 profiles in research"
    assert finding.reason == "the ledger says that people may enter them, but they do not exist: ben-ito"


def test_profiles_that_have_failed_are_found_whoever_has_them() -> None:
    profiles = {
        "one": Status.FAILED,
        "two": Status.UPDATE_FAILED,
        "three": Status.DELETE_FAILED,
        "four": Status.IN_SERVICE,
        "five": Status.UPDATING,
    }
    finding = findings(seen(RIGHT, *map(binding, profiles), **profiles))[-1]
    assert finding.subject == "3 profiles in research"
    assert finding.reason.endswith("tells why: one (Failed), three (Delete_Failed), two (Update_Failed)")


def test_a_profile_that_the_ledger_knows_nothing_of_is_told_and_left_alone() -> None:
    profiles = {"amara-okafor": Status.IN_SERVICE, "zoe": Status.IN_SERVICE}
    (finding,) = findings(seen(RIGHT, binding(), **profiles))
    assert finding.reason.endswith("so they are not managed here; left alone: zoe")


def test_a_thousand_people_are_one_finding() -> None:
    people = (binding(f"person-{number:04}") for number in range(1000))
    (finding,) = findings(seen(RIGHT, *people))
    assert finding.subject == "1000 profiles in research"
    assert finding.reason.endswith("and 990 more")


def test_every_check_names_its_source() -> None:
    assert all((check.__doc__ or "").partition(":")[0] for check in CHECKS)
    assert len({check.__doc__ for check in CHECKS}) == len(CHECKS)
