"""What domain controllers write, through CloudWatch Logs: batches, other logs, machines, markup, and Samba."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

from concierge.directory.changes import Kind, MembershipChange, Unreadable
from concierge.directory.events import read
from concierge.errors import MalformedEvent
from tests.support.directory_events import ADD, DISABLE, NOW, REMOVE, change, changed, ignored, logs, renamed, sample


def test_what_windows_calls_its_values() -> None:
    assert "<Data Name='TargetDomainName'>CORP</Data>" in DISABLE, "the tests below change the records as text"


def test_a_batch_is_read_line_by_line_in_its_own_order() -> None:
    found = read(logs(REMOVE, ADD, DISABLE), now=NOW)
    assert [each.kind for each in found if isinstance(each, MembershipChange)] == [
        Kind.REMOVE,
        Kind.ADD,
        Kind.DISABLE,
    ]


def test_a_line_that_cannot_be_read_takes_no_other_with_it() -> None:
    good, bad, also_good = read(logs(ADD, "<Event", REMOVE), now=NOW)
    assert isinstance(good, MembershipChange)
    assert isinstance(also_good, MembershipChange)
    assert isinstance(bad, Unreadable)
    assert bad.reason.startswith("field awslogs.data.logEvents[1]: message: not XML")


@pytest.mark.parametrize("number", ["4746", "4747", "4751", "4752", "4761", "4762"])
def test_a_distribution_group_gives_nobody_access(number: str) -> None:
    assert "distribution group" in ignored(logs(ADD.replace("4728", number)))


@pytest.mark.parametrize("number", ["4732", "4756"])
def test_local_and_universal_groups_are_groups(number: str) -> None:
    assert change(logs(ADD.replace("4728", number))).kind is Kind.ADD


@pytest.mark.parametrize("number", ["4730", "4734", "4758"])
def test_a_deleted_group_is_a_reason_to_read_the_directory(number: str) -> None:
    found = change(logs(ADD.replace("4728", number)))
    assert (found.kind, found.reason) == (Kind.RESYNC, "the group was deleted")
    assert found.group is not None


@pytest.mark.parametrize(("number", "kind"), [("4722", Kind.ENABLE), ("4725", Kind.DISABLE), ("4726", Kind.DELETE)])
def test_what_happens_to_accounts_concerns_the_whole_person(number: str, kind: Kind) -> None:
    found = change(logs(DISABLE.replace("4725", number)))
    assert (found.kind, found.group) == (kind, None)


def test_a_renamed_account_has_its_new_name() -> None:
    found = change(logs(renamed("li.wei", "li.chen")))
    assert found.kind is Kind.RENAME
    assert found.person is not None
    assert (found.person.account_name, found.person.sid[-4:]) == ("li.chen", "2612")


def test_a_renamed_account_without_its_sid_could_be_anybody() -> None:
    (found,) = read(
        logs(renamed("li.wei", "li.chen").replace("S-1-5-21-2127521184-1604012920-1887927527-2612", "-")), now=NOW
    )
    assert isinstance(found, Unreadable)


def test_a_computer_is_nobody() -> None:
    assert ignored(logs(DISABLE.replace("li.wei", "WS-0815$"))) == "a computer, not a person"
    assert ignored(logs(renamed("WS-0815$", "WS-0816$"))) == "a computer, not a person"


@pytest.mark.parametrize("number", ["4732", "4733", "4734", "4725"])
def test_what_exists_on_one_machine_alone_is_not_the_directorys(number: str) -> None:
    """Whoever runs a workstation may create a local group of any name on it."""
    of_domain = (ADD if number.startswith("473") else DISABLE).replace("4728", number).replace("4725", number)
    local = of_domain.replace("WIN-DC7KQ2", "workstation-of-mallory").replace(">CORP<", ">WORKSTATION-OF-<")
    assert "alone, not of its directory" in ignored(logs(local))
    assert "alone, not of its directory" in ignored(logs(of_domain.replace(">CORP<", ">Builtin<")))


@pytest.mark.parametrize(
    ("written", "instead"),
    [("Microsoft-Windows-Security-Auditing", "Mallory"), ("<Channel>Security<", "<Channel>Application<")],
)
def test_a_number_of_another_log_means_something_else(written: str, instead: str) -> None:
    assert "not of the security log" in ignored(logs(ADD.replace(written, instead)))


def test_a_member_whom_the_record_does_not_name_is_a_reason_to_read_the_directory() -> None:
    nobody = ADD.replace("S-1-5-21-2127521184-1604012920-1887927527-2611", "S-1-0-0")
    nobody = nobody.replace("CN=Okafor\\, Amara,OU=People,DC=corp,DC=example,DC=com", "-")
    found = change(logs(nobody))
    assert (found.kind, found.person, found.reason) == (Kind.RESYNC, None, "the event does not say who")
    assert found.group is not None


def test_a_controller_without_its_domain_says_the_short_name() -> None:
    assert change(logs(ADD.replace("WIN-DC7KQ2.corp.example.com", "WIN-DC7KQ2"))).directory == "CORP"
    assert change(logs(ADD)).directory == "corp.example.com"


def test_one_clock_that_is_ahead_takes_no_other_record_with_it() -> None:
    good, ahead = read(logs(ADD, REMOVE.replace("2026-03-02T10", "2026-03-03T10")), now=NOW)
    assert isinstance(good, MembershipChange)
    assert isinstance(ahead, Unreadable)
    assert ahead.dedupe_key == "WIN-DC7KQ2.corp.example.com/551002"
    assert "more than 5 minutes ahead" in ahead.reason
    with pytest.raises(MalformedEvent, match="more than 5 minutes ahead"):
        read(logs(REMOVE.replace("2026-03-02T10", "2026-03-03T10")), now=NOW)


def test_a_declaration_of_xml_is_no_reason_to_refuse() -> None:
    assert read(logs('<?xml version="1.0" encoding="utf-16"?>\n' + ADD), now=NOW) == read(logs(ADD), now=NOW)


def test_other_records_of_the_log_are_none_of_our_business() -> None:
    assert ignored(logs(DISABLE.replace("4725", "4624"))) == "4624 does not change memberships"


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE Event [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ADD,
        "<!DOCTYPE Event>" + ADD,
        ADD.replace("studio-ml-research", "studio<!-- -->-ml-research"),
        ADD.replace("studio-ml-research", "<![CDATA[studio-ml-research]]>"),
        ADD.replace("studio-ml-research", "&x;"),
        ADD.replace("studio-ml-research", "studio<?x y?>-ml-research"),
        '<?xml version="1.0"?><?xml-stylesheet href="x"?>' + ADD,
        '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE Event+AD4-' + ADD,
        ADD.replace("studio-ml-research", "\ud800"),
    ],
)
def test_a_record_with_a_dtd_or_other_markup_is_not_read(xml: str) -> None:
    (found,) = read(logs(xml), now=NOW)
    assert isinstance(found, Unreadable)


def test_a_control_message_only_probes() -> None:
    assert "control message" in ignored(logs(kind="CONTROL_MESSAGE"))


def test_a_bomb_is_not_unpacked() -> None:
    bomb = base64.b64encode(gzip.compress(b" " * (33 * 1024 * 1024))).decode()
    with pytest.raises(MalformedEvent, match="more than 33554432 bytes"):
        read({"awslogs": {"data": bomb}}, now=NOW)


@pytest.mark.parametrize("data", ["", "%%%", base64.b64encode(b"plain").decode(), 7])
def test_what_is_no_gzip_is_malformed(data: object) -> None:
    with pytest.raises(MalformedEvent, match=r"awslogs\.data"):
        read({"awslogs": {"data": data}}, now=NOW)


def test_what_follows_the_packed_lines_is_not_passed_over() -> None:
    packed = base64.b64decode(logs(ADD)["awslogs"]["data"])
    with pytest.raises(MalformedEvent, match="something follows"):
        read({"awslogs": {"data": base64.b64encode(packed + packed).decode()}}, now=NOW)


def test_a_line_of_endless_brackets_is_unreadable() -> None:
    (found,) = read(logs('{"a":' * 100_000), now=NOW)
    assert isinstance(found, Unreadable)


def test_samba_writes_into_the_same_log() -> None:
    found = change(logs(json.dumps(sample("samba-4728-add.json"))))
    assert (found.kind, found.directory) == (Kind.ADD, "corp.example.com")


def test_a_change_that_samba_refused_changes_nothing() -> None:
    assert "failed" in ignored(changed("samba-4728-add.json", groupChange__statusCode=50))


def test_samba_must_say_whether_it_did_what_was_asked() -> None:
    with pytest.raises(MalformedEvent, match=r"groupChange\.statusCode"):
        read(changed("samba-4728-add.json", groupChange__statusCode=None), now=NOW)


def test_an_unknown_version_of_sambas_audit_is_malformed() -> None:
    with pytest.raises(MalformedEvent, match="this release reads 1"):
        read(changed("samba-4728-add.json", groupChange__version={"major": 2, "minor": 0}), now=NOW)


@pytest.mark.parametrize(
    ("dn", "directory"),
    [
        ("CN=Ops,OU=Groups,DC=corp,DC=example,DC=com", "corp.example.com"),
        ("cn=Ops, dc=Corp, dc=example", "corp.example"),
        ("CN=a\\,DC=other,DC=corp,DC=example", "corp.example"),
        ("CN=a\\\\,DC=corp,DC=example", "corp.example"),
    ],
)
def test_the_domain_is_told_by_the_end_of_the_groups_dn(dn: str, directory: str) -> None:
    assert change(changed("samba-4728-add.json", groupChange__group=dn)).directory == directory


@pytest.mark.parametrize("dn", ["CN=Ops", "CN=DC=corp", "CN=Ops,DC=corp,OU=x", ",DC=a" * 50_000 + "!"])
def test_a_group_of_no_domain_is_malformed(dn: str) -> None:
    with pytest.raises(MalformedEvent, match="expected a DN with DC components"):
        read(changed("samba-4728-add.json", groupChange__group=dn), now=NOW)


def test_two_members_of_one_transaction_are_two_events() -> None:
    one = change(sample("samba-4728-add.json"))
    other = change(changed("samba-4728-add.json", groupChange__user="CN=Amara,OU=People,DC=corp,DC=example,DC=com"))
    assert one.dedupe_key != other.dedupe_key
