"""SageMaker's operations on a domain. Lists come in order of creation, whatever order is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from benchmarks.night.messages import Json, Refused
from benchmarks.night.population import Domain, Shape

_DEFAULT_PAGE, _MOST = 10, 100  # ListApps (API reference); the other lists are the same
_DOMAIN = ("DomainArn", "DomainId", "DomainName", "Status", "CreationTime", "LastModifiedTime", "Url")
_PROFILE = ("DomainId", "UserProfileName", "Status", "CreationTime", "LastModifiedTime")
_SPACE = ("DomainId", "SpaceName", "Status", "CreationTime", "LastModifiedTime")
_APP = ("DomainId", "UserProfileName", "SpaceName", "AppType", "AppName", "Status", "CreationTime", "ResourceSpec")
_ELSEWHERE = {
    "ListTrainingJobs": "TrainingJobSummaries",
    "ListProcessingJobs": "ProcessingJobSummaries",
    "ListTransformJobs": "TransformJobSummaries",
    "ListHyperParameterTuningJobs": "HyperParameterTuningJobSummaries",
    "ListPipelines": "PipelineSummaries",
    "ListModels": "Models",
    "ListEndpoints": "Endpoints",
    "ListEndpointConfigs": "EndpointConfigs",
    "ListNotebookInstances": "NotebookInstances",
    "ListFeatureGroups": "FeatureGroupSummaries",
}  # what there is none of in this account, and the member of the answer that says so


class Studio:
    """Each operation takes its input and gives its output; raises Refused."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.operations: Mapping[str, Callable[[Json], Json]] = {
            "ListDomains": self._list_domains,
            "DescribeDomain": self._describe_domain,
            "UpdateDomain": self._update_domain,
            "ListUserProfiles": self._list_profiles,
            "DescribeUserProfile": self._describe_profile,
            "ListSpaces": self._list_spaces,
            "DescribeSpace": self._describe_space,
            "ListApps": self._list_apps,
            "DescribeApp": self._describe_app,
            "DeleteApp": self._delete_app,
            "ListTags": self._list_tags,
            "AddTags": self._add_tags,
            "DeleteTags": self._delete_tags,
            **{name: _none_of(member) for name, member in _ELSEWHERE.items()},
        }

    def _list_domains(self, asked: Json) -> Json:
        every = [self.domain.described] if self.domain.described else []
        return _page(asked, "Domains", every, lambda each: _picked(each, _DOMAIN))

    def _describe_domain(self, asked: Json) -> Json:
        return self._in_domain(asked)

    def _update_domain(self, asked: Json) -> Json:
        """What is given takes the place of what was there."""
        described = self._in_domain(asked)
        described.update(asked)
        return {"DomainArn": described["DomainArn"]}

    def _list_profiles(self, asked: Json) -> Json:
        part = asked.get("UserProfileNameContains", "")
        return _page(
            asked,
            "UserProfiles",
            list(self.domain.profiles.values()),
            lambda each: _picked(each, _PROFILE) if part in each["UserProfileName"] and _wanted(asked, each) else None,
        )

    def _describe_profile(self, asked: Json) -> Json:
        self._in_domain(asked)
        return _found(self.domain.profiles.get(asked["UserProfileName"]), "UserProfile", asked["UserProfileName"])

    def _list_spaces(self, asked: Json) -> Json:
        part = asked.get("SpaceNameContains", "")
        return _page(
            asked,
            "Spaces",
            list(self.domain.spaces.values()),
            lambda each: _space(each) if part in each["SpaceName"] and _wanted(asked, each) else None,
        )

    def _describe_space(self, asked: Json) -> Json:
        self._in_domain(asked)
        return _found(self.domain.spaces.get(asked["SpaceName"]), "Space", asked["SpaceName"])

    def _list_apps(self, asked: Json) -> Json:
        if "UserProfileNameEquals" in asked and "SpaceNameEquals" in asked:
            raise Refused("ValidationException", "Give either UserProfileNameEquals or SpaceNameEquals")
        return _page(
            asked,
            "Apps",
            list(self.domain.apps.values()),
            lambda each: _picked(each, _APP) if _wanted(asked, each) else None,
        )

    def _describe_app(self, asked: Json) -> Json:
        self._in_domain(asked)
        key = (asked.get("SpaceName") or asked.get("UserProfileName", ""), asked["AppType"], asked["AppName"])
        return _found(self.domain.apps.get(key), "App", "/".join(key))

    def _delete_app(self, asked: Json) -> Json:
        """The app is on its way from now on, and never gets there: a night is shorter."""
        app: Any = self._describe_app(asked)
        if app["Status"] != "InService":
            raise Refused("ResourceInUse", f"App {app['AppArn']} is in status {app['Status']}")
        app["Status"] = "Deleting"
        return {}

    def _list_tags(self, asked: Json) -> Json:
        tags = self.domain.tags.get(self._existing(asked["ResourceArn"]), {})
        return _page(asked, "Tags", [{"Key": key, "Value": tags[key]} for key in tags], lambda each: each, page=50)

    def _add_tags(self, asked: Json) -> Json:
        tags = self.domain.tags.setdefault(self._existing(asked["ResourceArn"]), {})
        tags.update({each["Key"]: each["Value"] for each in asked["Tags"]})
        return {"Tags": asked["Tags"]}

    def _delete_tags(self, asked: Json) -> Json:
        tags = self.domain.tags.get(self._existing(asked["ResourceArn"]), {})
        for key in asked["TagKeys"]:
            tags.pop(key, None)
        return {}

    def _existing(self, arn: str) -> str:
        if not exists(self.domain, arn):
            raise Refused("ValidationException", f"{arn} does not exist")
        return arn

    def _in_domain(self, asked: Json) -> Shape:
        described = self.domain.described
        return _found(
            described if described.get("DomainId") == asked["DomainId"] else None, "Domain", asked["DomainId"]
        )


def _none_of(member: str) -> Callable[[Json], Json]:
    return lambda asked: _page(asked, member, [], lambda each: each)


def exists(domain: Domain, arn: str) -> bool:
    """Whether a domain, profile, space or app of this ARN is there; a last part in any case."""
    kind, _, rest = arn.split(":", 5)[-1].partition("/")
    _, *parts = rest.split("/")
    match kind, parts:
        case "domain", []:
            return arn == domain.described.get("DomainArn")
        case "user-profile", [name]:
            return name in domain.profiles
        case "space", [name]:
            return name in domain.spaces
        case "app", [owner, app_type, name]:
            return any((owner, each, name) in domain.apps for each in _SPELLINGS.get(app_type.lower(), ()))
        case _:
            return False


_SPELLINGS = {each.lower(): (each,) for each in ("JupyterServer", "KernelGateway", "JupyterLab", "CodeEditor")}


def _wanted(asked: Json, each: Shape) -> bool:
    pairs = (("DomainIdEquals", "DomainId"), ("UserProfileNameEquals", "UserProfileName"))
    return all(
        parameter not in asked or each.get(name) == asked[parameter]
        for parameter, name in (*pairs, ("SpaceNameEquals", "SpaceName"))
    )


def _picked(each: Shape, names: Iterable[str]) -> Shape:
    return {name: each[name] for name in names if name in each}


def _space(each: Shape) -> Shape:
    settings = each["SpaceSettings"]
    return {
        **_picked(each, _SPACE),
        "SpaceSettingsSummary": {"AppType": settings["AppType"]},
        "SpaceSharingSettingsSummary": each["SpaceSharingSettings"],
        "OwnershipSettingsSummary": each["OwnershipSettings"],
    }


def _found(shape: Shape | None, kind: str, name: str) -> Shape:
    if shape is None:
        raise Refused("ResourceNotFound", f"{kind} {name} does not exist")
    return shape


def _page(
    asked: Json, name: str, every: list[Shape], shown: Callable[[Shape], Shape | None], *, page: int = _DEFAULT_PAGE
) -> Json:
    """`shown` gives None for what was not asked for. A token is a place in `every`, so that no page reads all of it."""
    size, place = asked.get("MaxResults", page), asked.get("NextToken", "0")
    if not 1 <= size <= _MOST or not place.isdecimal():
        raise Refused("ValidationException", f"MaxResults {size} or NextToken {place!r} is not valid")
    found: list[Shape] = []
    for index in range(int(place), len(every)):
        each = shown(every[index])
        if each is None:
            continue
        if len(found) == size:
            return {name: found, "NextToken": str(index)}
        found.append(each)
    return {name: found}
