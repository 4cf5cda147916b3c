"""Identity Center's store as a directory: groups are whole, or they say why not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from concierge.aws.identity_store import IdentityStoreSource
from concierge.directory.snapshot import GroupRead, Snapshot, Wanted
from concierge.model import Identity
from tests.support.fakes import AT_TEN

if TYPE_CHECKING:
    from types_boto3_identitystore import IdentityStoreClient

STORE = "d-9067d4e5f6"
GROUP = "9067d4e5f6-5e9b0a4c-1111-4000-8000-000000000001"
AMARA = "9067d4e5f6-5e9b0a4c-2222-4000-8000-000000000001"
LI = "9067d4e5f6-5e9b0a4c-2222-4000-8000-000000000002"
OTHER = "9067d4e5f6-5e9b0a4c-1111-4000-8000-000000000002"
DESCRIBED = {
    "IdentityStoreId": STORE,
    "GroupId": GROUP,
    "GroupArn": f"arn:aws:identitystore:::group/{GROUP}",
    "Revision": "1",
    "DisplayName": "studio-ml",
}
Stubbed = tuple[IdentityStoreSource, Stubber]


@pytest.fixture
def client() -> Iterator[IdentityStoreClient]:
    with mock_aws():
        yield boto3.client("identitystore", region_name="eu-west-1")


@pytest.fixture
def calls(client: IdentityStoreClient) -> list[str]:
    """The operations that were called since, in order."""
    made: list[str] = []
    client.meta.events.register("before-call.identitystore", lambda model, **_: made.append(model.name))
    return made


@pytest.fixture
def stubbed() -> Iterator[Stubbed]:
    client = boto3.client("identitystore", region_name="eu-west-1")
    with Stubber(client) as stubber:
        yield source(client), stubber


def source(client: IdentityStoreClient) -> IdentityStoreSource:
    return IdentityStoreSource(client=client, directory="identity-center", identity_store_id=STORE)


def user(client: IdentityStoreClient, name: str) -> str:
    return client.create_user(
        IdentityStoreId=STORE, UserName=name, DisplayName=name, Name={"GivenName": name, "FamilyName": "Okafor"}
    )["UserId"]


def group(client: IdentityStoreClient, name: str, *members: str) -> str:
    group_id = client.create_group(IdentityStoreId=STORE, DisplayName=name)["GroupId"]
    for each in members:
        client.create_group_membership(IdentityStoreId=STORE, GroupId=group_id, MemberId={"UserId": each})
    return group_id


def read(from_: IdentityStoreSource, *wanted: Wanted, canary: str | None = None) -> Snapshot:
    return from_.snapshot(wanted, canary=canary, now=AT_TEN)


def names(found: GroupRead) -> list[str]:
    return sorted(each.person.account_name for each in found.members)


def test_a_group_is_found_by_its_name_with_all_its_people(client: IdentityStoreClient) -> None:
    amara = user(client, "Amara.Okafor")
    group_id = group(client, "studio-ml-research", amara, user(client, "li.wei@corp.example.com"))
    snapshot = read(source(client), Wanted(name="studio-ml-research"))
    assert (snapshot.directory, snapshot.started_at, snapshot.problem) == ("identity-center", AT_TEN, "")
    (found,) = snapshot.groups
    assert found.group == Identity(directory="identity-center", vendor_id=group_id, account_name="studio-ml-research")
    assert {each.person.account_name: (each.person.upn, each.enabled) for each in found.members} == {
        "Amara.Okafor": ("", True),
        "li.wei@corp.example.com": ("li.wei@corp.example.com", True),
    }
    assert amara in {each.person.vendor_id for each in found.members}


def test_a_group_with_an_id_is_found_under_whatever_name_it_has_now(client: IdentityStoreClient) -> None:
    group_id = group(client, "renamed", user(client, "amara"))
    (found,) = read(source(client), Wanted(name="studio-ml-research", id=group_id)).groups
    assert (found.group.account_name, found.group.vendor_id, names(found)) == ("renamed", group_id, ["amara"])


def test_somebody_elses_group_of_that_name_is_not_the_group_with_the_id(client: IdentityStoreClient) -> None:
    group(client, "studio-ml-research", user(client, "amara"))
    gone, foreign = Wanted(name="studio-ml-research", id=GROUP), Wanted(name="studio-ml-research", id="S-1-5-21-7")
    snapshot = read(source(client), gone, foreign)
    assert (snapshot.groups, snapshot.missing, snapshot.problem) == ((), (gone, foreign), "")


def test_names_compare_without_case(client: IdentityStoreClient) -> None:
    group(client, "Studio-ML-Research", user(client, "amara"))
    (found,) = read(source(client), Wanted(name="studio-ml-research")).groups
    assert (found.group.account_name, names(found)) == ("Studio-ML-Research", ["amara"])


def test_a_family_is_every_group_of_the_pattern_and_the_list_is_read_once(
    client: IdentityStoreClient, calls: list[str]
) -> None:
    for name in ("SageMaker-1-Analyst", "sagemaker-2-engineer", "xsagemaker-3", "other"):
        group(client, name, user(client, f"person of {name}".replace(" ", ".")))
    calls.clear()
    no_such = Wanted(name="studio-*")
    snapshot = read(source(client), Wanted(name="SageMaker-*"), no_such, Wanted(name="OTHER"))
    assert sorted(each.group.account_name for each in snapshot.groups) == [
        "SageMaker-1-Analyst",
        "other",
        "sagemaker-2-engineer",
    ]
    assert snapshot.missing == (no_such,)
    assert calls == ["ListGroups", *["ListGroupMemberships"] * 3, "ListUsers"]


def test_a_group_that_is_wanted_twice_is_read_once(client: IdentityStoreClient, calls: list[str]) -> None:
    group_id = group(client, "studio-ml", user(client, "amara"))
    calls.clear()
    (found,) = read(
        source(client), Wanted(name="studio-ml"), Wanted(name="studio-*"), Wanted(name="x", id=group_id)
    ).groups
    assert names(found) == ["amara"]
    assert calls.count("ListGroupMemberships") == 1


def test_everybody_is_there_however_many_pages_it_takes(client: IdentityStoreClient, calls: list[str]) -> None:
    people = [user(client, f"person-{number}") for number in range(250)]
    group(client, "studio-everybody", *people)
    calls.clear()
    (found,) = read(source(client), Wanted(name="studio-everybody")).groups
    assert {each.person.vendor_id for each in found.members} == set(people)
    assert calls == ["GetGroupId", *["ListGroupMemberships"] * 3, *["ListUsers"] * 3]


def test_a_few_people_of_a_large_store_are_described(client: IdentityStoreClient, calls: list[str]) -> None:
    others = [user(client, f"person-{number}") for number in range(500)]
    group(client, "studio-few", *others[-2:])
    calls.clear()
    (found,) = read(source(client), Wanted(name="studio-few")).groups
    assert names(found) == ["person-498", "person-499"]
    assert calls == ["GetGroupId", "ListGroupMemberships", *["ListUsers"] * 2, *["DescribeUser"] * 2]


def test_of_groups_without_people_nobody_is_looked_up(client: IdentityStoreClient, calls: list[str]) -> None:
    group(client, "studio-empty")
    (found,) = read(source(client), Wanted(name="studio-empty")).groups
    assert (found.members, found.problem) == ((), "")
    assert "ListUsers" not in calls


def test_a_group_in_which_the_canary_is_not_seen_was_not_read_completely(client: IdentityStoreClient) -> None:
    canary = user(client, "Svc-Studio-Canary")
    group(client, "studio-whole", user(client, "amara"), canary)
    group(client, "studio-hidden")
    snapshot = read(
        source(client), Wanted(name="studio-whole"), Wanted(name="studio-hidden"), canary="svc-studio-canary"
    )
    whole, hidden = snapshot.groups
    assert (names(whole), whole.problem) == (["Svc-Studio-Canary", "amara"], "")
    assert (hidden.members, hidden.problem) == ((), "the canary svc-studio-canary is not seen in it")


def test_a_member_whom_the_store_does_not_have_spoils_only_their_group(client: IdentityStoreClient) -> None:
    amara, leaver = user(client, "amara"), user(client, "leaver")
    group(client, "studio-a", amara, leaver)
    group(client, "studio-b", amara)
    client.delete_user(IdentityStoreId=STORE, UserId=leaver)
    spoilt, whole = read(source(client), Wanted(name="studio-a"), Wanted(name="studio-b")).groups
    assert (spoilt.members, spoilt.problem) == ((), "1 of 2 members are users that the store does not have")
    assert (names(whole), whole.problem) == (["amara"], "")


def listed(user_id: str, **more: str) -> dict[str, Any]:
    arn = f"arn:aws:identitystore:::user/{user_id}"
    return {"IdentityStoreId": STORE, "UserId": user_id, "UserArn": arn, "Revision": "1", **more}


def membership(**member: str) -> dict[str, Any]:
    arn = f"arn:aws:identitystore:::membership/{GROUP}"
    found = {"IdentityStoreId": STORE, "MembershipId": GROUP, "MembershipArn": arn, "GroupId": GROUP}
    return {**found, "MemberId": member} if member else found


def with_group(stubber: Stubber, *members: dict[str, Any]) -> None:
    """The store has the group with these memberships."""
    stubber.add_response("describe_group", DESCRIBED)
    stubber.add_response("list_group_memberships", {"GroupMemberships": list(members)})


def test_whom_identity_center_disabled_is_not_enabled(stubbed: Stubbed) -> None:
    from_, stubber = stubbed
    with_group(stubber, membership(UserId=AMARA), membership(UserId=LI))
    people = [listed(AMARA, UserName="amara", UserStatus="DISABLED"), listed(LI, UserName="li", UserStatus="ENABLED")]
    stubber.add_response("list_users", {"Users": people})
    (found,) = read(from_, Wanted(name="studio-ml", id=GROUP)).groups
    assert {each.person.account_name: each.enabled for each in found.members} == {"amara": False, "li": True}


def test_an_empty_page_is_not_the_last_one(stubbed: Stubbed) -> None:
    from_, stubber = stubbed
    stubber.add_response("describe_group", DESCRIBED)
    page = {"IdentityStoreId": STORE, "GroupId": GROUP, "MaxResults": 100}
    stubber.add_response("list_group_memberships", {"GroupMemberships": [], "NextToken": "more"}, page)
    stubber.add_response(
        "list_group_memberships", {"GroupMemberships": [membership(UserId=AMARA)]}, {**page, "NextToken": "more"}
    )
    stubber.add_response("list_users", {"Users": [listed(AMARA, UserName="amara")]})
    (found,) = read(from_, Wanted(name="studio-ml", id=GROUP)).groups
    assert names(found) == ["amara"]


@pytest.mark.parametrize(
    ("members", "people", "problem"),
    [
        ([membership()], [], "has a member that is no user"),
        ([membership(UserId=AMARA)], [listed(AMARA)], "has a member without a user name"),
    ],
)
def test_a_member_of_whom_too_little_is_said_spoils_the_group(
    stubbed: Stubbed, members: list[dict[str, Any]], people: list[dict[str, Any]], problem: str
) -> None:
    from_, stubber = stubbed
    with_group(stubber, *members)
    if people:
        stubber.add_response("list_users", {"Users": people})
    (found,) = read(from_, Wanted(name="studio-ml", id=GROUP)).groups
    assert (found.members, found.problem) == ((), problem)


def test_a_group_that_may_not_be_read_spoils_no_other(stubbed: Stubbed) -> None:
    from_, stubber = stubbed
    stubber.add_client_error("describe_group", "AccessDeniedException", "no")
    stubber.add_response("describe_group", DESCRIBED)
    stubber.add_response("list_group_memberships", {"GroupMemberships": []})
    denied, whole = read(from_, Wanted(name="studio-denied", id=OTHER), Wanted(name="studio-ml", id=GROUP)).groups
    assert denied.problem == "identitystore:DescribeGroup failed with AccessDeniedException: no"
    assert whole.problem == ""


def test_half_a_list_of_members_is_no_list(stubbed: Stubbed) -> None:
    from_, stubber = stubbed
    stubber.add_response("describe_group", DESCRIBED)
    stubber.add_response(
        "list_group_memberships", {"GroupMemberships": [membership(UserId=AMARA)], "NextToken": "more"}
    )
    stubber.add_client_error("list_group_memberships", "ThrottlingException", "slow down")
    (found,) = read(from_, Wanted(name="studio-ml", id=GROUP)).groups
    assert found.members == ()
    assert found.problem == "identitystore:ListGroupMemberships failed with ThrottlingException: slow down"


@pytest.mark.parametrize("pages_before", [0, 1])
def test_people_who_may_not_be_read_are_a_problem_of_everything(stubbed: Stubbed, pages_before: int) -> None:
    from_, stubber = stubbed
    with_group(stubber, membership(UserId=AMARA), membership(UserId=LI))
    for number in range(pages_before):
        stubber.add_response("list_users", {"Users": [], "NextToken": str(number)})
    stubber.add_client_error("list_users", "AccessDeniedException", "no")
    snapshot = read(from_, Wanted(name="studio-ml", id=GROUP))
    assert snapshot.groups == ()
    assert snapshot.problem == "identitystore:ListUsers failed with AccessDeniedException: no"


@pytest.mark.parametrize("said", [{"ResourceType": "IDENTITY_STORE"}, {"Reason": "KMS_KEY_NOT_FOUND"}])
def test_a_store_that_is_not_there_or_cannot_be_decrypted_lacks_no_group(
    stubbed: Stubbed, said: dict[str, str]
) -> None:
    from_, stubber = stubbed
    for operation in ("describe_group", "get_group_id"):
        stubber.add_client_error(operation, "ResourceNotFoundException", "not found", modeled_fields=said)
    by_id = read(from_, Wanted(name="studio-ml", id=GROUP))
    assert (by_id.missing, by_id.groups[0].problem != "") == ((), True)
    by_name = read(from_, Wanted(name="studio-ml"))
    assert by_name.missing == ()
    assert by_name.problem == "identitystore:GetGroupId failed with ResourceNotFoundException: not found"


def test_an_answer_without_the_list_is_not_an_empty_list(client: IdentityStoreClient) -> None:
    group(client, "studio-ml")
    client.meta.events.register("after-call.identitystore.ListGroups", lambda parsed, **_: parsed.pop("Groups"))
    snapshot = read(source(client), Wanted(name="studio-*"))
    assert (snapshot.missing, snapshot.problem) == (
        (),
        "identitystore:ListGroups failed with NoList: the answer has no Groups",
    )
