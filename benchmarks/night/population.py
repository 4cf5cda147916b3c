"""Who lives in the domain of a night: people with a profile each, some of them with a space and an app that runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from concierge.names import space_name

ACCOUNT = "111122223333"
REGION = "eu-west-1"
DOMAIN = "d-bench"
TEAMS = 10
COST_TAG, TEAM_TAG = "cost-centre", "team"

_HOUR = 3600.0
_ROLE = f"arn:aws:iam::{ACCOUNT}:role/studio/exec/studio-exec-data-scientist"
_PERSONA = "data-scientist"
_MISTAKE = "unknown"  # the cost centre that a wrong profile names

Shape = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How many there are, and what is wrong with them.

    apps: how many of the people have a space and an app; at most `profiles`. wrong_share: of the profiles have no
    cost centre or another one than their team's, by turns. idle_share: of the apps were used 12 hours before `now`
    for the last time, the others 5 minutes. tagged_share: of the spaces and apps have their owner's tags; the rest
    never had a tag. now: seconds since 1970. Shares are spread evenly, and exact but for a fraction of one.
    """

    apps: int
    profiles: int
    wrong_share: float = 0.1
    idle_share: float = 0.25
    tagged_share: float = 1.0
    now: float

    def __post_init__(self) -> None:
        if not 0 <= self.apps <= self.profiles:
            raise ValueError(f"{self.apps} apps of {self.profiles} profiles: a profile has one app at the most")


@dataclass(slots=True, kw_only=True)
class Domain:
    """Everything as the Describe operations tell it, in order of creation, and tags by ARN.

    An ARN that is not in `tags` never had any.
    """

    described: Shape = field(default_factory=dict)
    profiles: dict[str, Shape] = field(default_factory=dict)
    spaces: dict[str, Shape] = field(default_factory=dict)
    apps: dict[tuple[str, str, str], Shape] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)


def arn(kind: str, *parts: str) -> str:
    """Of a resource in the domain, as AWS spells it: in lower case."""
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{kind}/{'/'.join((DOMAIN, *parts)).lower()}"


def profile_name(number: int) -> str:
    """Of the person with this number, the first being 1."""
    return f"person-{number:05}"


def team(number: int) -> str:
    """Of the person with this number; teams are equal in size, and so are the wrong ones' shares in them."""
    index = number - 1
    return f"team-{(index + index // TEAMS) % TEAMS:02}"


def space_of(number: int) -> str:
    """The space that onboarding gives to the person with this number."""
    return space_name(profile_name(number), "lab")


def is_idle(world: World, number: int) -> bool:
    """Whether the app of the person with this number is idle."""
    return _is_chosen(number, world.idle_share)


def right_tags(number: int) -> dict[str, str]:
    """What the profile of a person is to have."""
    return {
        "studiouserid": profile_name(number),
        "domain": DOMAIN,
        "persona": _PERSONA,
        TEAM_TAG: team(number),
        COST_TAG: team(number),
        "managed-by": "studio-concierge",
    }


def build(world: World) -> Domain:
    """The domain of this world; the same one for the same world."""
    domain = Domain(described=_domain(world.now))
    domain.tags[arn("domain")] = {"managed-by": "studio-concierge"}
    for number in range(1, world.profiles + 1):
        _add_profile(domain, world, number)
    for turn, number in enumerate(_chosen(world.profiles, world.wrong_share)):
        tags = domain.tags[arn("user-profile", profile_name(number))]
        if turn % 2:
            tags[COST_TAG] = _MISTAKE
        else:
            del tags[COST_TAG]
    tagged = set(_chosen(world.apps, world.tagged_share))
    for number in range(1, world.apps + 1):
        _add_app(domain, world, number, idle=is_idle(world, number))
        if number in tagged:
            space = space_of(number)
            domain.tags[arn("space", space)] = right_tags(number)
            domain.tags[arn("app", space, "JupyterLab", "default")] = right_tags(number)
    return domain


def state(domain: Domain) -> dict[str, Any]:
    """What a night has come to: `apps` by status, `wrong_profiles`, and spaces and apps that are `untagged`."""
    profiles = (domain.tags.get(each["UserProfileArn"], {}) for each in domain.profiles.values())
    lesser = [each["SpaceArn"] for each in domain.spaces.values()] + [each["AppArn"] for each in domain.apps.values()]
    return {
        "apps": Counter(each["Status"] for each in domain.apps.values()),
        "wrong_profiles": sum(TEAM_TAG not in tags or tags[TEAM_TAG] != tags.get(COST_TAG) for tags in profiles),
        "untagged": sum(not domain.tags.get(each) for each in lesser),
    }


def _chosen(count: int, share: float) -> Iterator[int]:
    return (number for number in range(1, count + 1) if _is_chosen(number, share))


def _is_chosen(number: int, share: float) -> bool:
    """The last of every 1 / share numbers."""
    exact = Fraction(str(share))
    return int(number * exact) > int((number - 1) * exact)


def _domain(now: float) -> Shape:
    return {
        "DomainArn": arn("domain"),
        "DomainId": DOMAIN,
        "DomainName": "bench",
        "HomeEfsFileSystemId": "fs-0123456789abcdef0",
        "Status": "InService",
        "CreationTime": now - 1000 * 24 * _HOUR,
        "LastModifiedTime": now - 100 * 24 * _HOUR,
        "AuthMode": "IAM",
        "DefaultUserSettings": {"ExecutionRole": _ROLE},
        "DomainSettings": {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"},
        "AppNetworkAccessType": "VpcOnly",
        "SubnetIds": ["subnet-0123456789abcdef0"],
        "Url": f"https://{DOMAIN}.studio.{REGION}.sagemaker.aws",
        "VpcId": "vpc-0123456789abcdef0",
    }


def _add_profile(domain: Domain, world: World, number: int) -> None:
    name, made = profile_name(number), world.now - 500 * 24 * _HOUR + number
    domain.profiles[name] = {
        "DomainId": DOMAIN,
        "UserProfileArn": arn("user-profile", name),
        "UserProfileName": name,
        "HomeEfsFileSystemUid": str(200000 + number),
        "Status": "InService",
        "LastModifiedTime": made,
        "CreationTime": made,
        "UserSettings": {"ExecutionRole": _ROLE},
    }
    domain.tags[arn("user-profile", name)] = right_tags(number)


def _add_app(domain: Domain, world: World, number: int, *, idle: bool) -> None:
    owner, made = profile_name(number), world.now - 20 * _HOUR + number / 1000
    space = space_of(number)
    settings = {"AppType": "JupyterLab", "JupyterLabAppSettings": {"DefaultResourceSpec": _instance()}}
    domain.spaces[space] = {
        "DomainId": DOMAIN,
        "SpaceArn": arn("space", space),
        "SpaceName": space,
        "HomeEfsFileSystemUid": str(200000 + number),
        "Status": "InService",
        "LastModifiedTime": made,
        "CreationTime": made,
        "SpaceSettings": settings,
        "OwnershipSettings": {"OwnerUserProfileName": owner},
        "SpaceSharingSettings": {"SharingType": "Private"},
    }
    checked = world.now - 60
    domain.apps[space, "JupyterLab", "default"] = {
        "AppArn": arn("app", space, "JupyterLab", "default"),
        "AppType": "JupyterLab",
        "AppName": "default",
        "DomainId": DOMAIN,
        "SpaceName": space,
        "Status": "InService",
        "LastHealthCheckTimestamp": checked,
        "LastUserActivityTimestamp": world.now - (12 * _HOUR if idle else 300),
        "CreationTime": made,
        "ResourceSpec": _instance(),
    }


def _instance() -> Shape:
    return {
        "SageMakerImageArn": f"arn:aws:sagemaker:{REGION}:885854791233:image/sagemaker-distribution-cpu",
        "InstanceType": "ml.t3.medium",
    }
