"""Whatever a domain has besides what is mended, it still has afterwards; for every description that AWS could give."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concierge.aws.domain_settings import mending, read
from concierge.catalog.model import NativeIdle
from tests.support.house_fakes import described, limits

MODEL = botocore.session.get_session().get_service_model("sagemaker")
DESCRIBED = MODEL.operation_model("DescribeDomain").output_shape.members  # type: ignore[union-attr]  # it has an answer
UPDATE = MODEL.shape_for("UpdateDomainRequest")
ASKED = ("TagPropagation", "DefaultUserSettings", "DefaultSpaceSettings")
APPS = ("JupyterLabAppSettings", "CodeEditorAppSettings")
TWO_HOURS = NativeIdle(minutes=120, least=60, most=240)
minutes = st.integers(60, 525_600)


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Anything that the API's model says may stand there."""
    if isinstance(shape, StructureShape):
        return structures(shape)
    if isinstance(shape, ListShape):
        return st.lists(values(shape.member), max_size=2)
    if isinstance(shape, MapShape):
        return st.dictionaries(values(shape.key), values(shape.value), max_size=2)
    if isinstance(shape, StringShape):
        return st.sampled_from(shape.enum) if shape.enum else st.sampled_from(["a" * 20, "b" * 20])
    if shape.type_name == "boolean":
        return st.booleans()
    return st.integers(shape.metadata.get("min", 0), shape.metadata.get("max", 2**31 - 1))


def structures(shape: StructureShape) -> st.SearchStrategy[dict[str, Any]]:
    members = {name: values(each) for name, each in shape.members.items()}
    if shape.is_tagged_union:
        return st.one_of([st.fixed_dictionaries({name: each}) for name, each in members.items()])
    required = {name: members.pop(name) for name in shape.required_members}
    return st.fixed_dictionaries(required, optional=members)


descriptions = st.fixed_dictionaries({}, optional={name: values(DESCRIBED[name]) for name in ASKED})
idles = st.none() | st.tuples(minutes, minutes, minutes).map(sorted).map(
    lambda found: NativeIdle(least=found[0], minutes=found[1], most=found[2])
)
many = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def without_limits(structure: dict[str, Any]) -> dict[str, Any]:
    """Less what may change: the four values of the idle settings, and what is empty then."""
    found = deepcopy(structure)
    for key in APPS:
        app = found.get(key, {})
        management = app.get("AppLifecycleManagement", {})
        idle = management.get("IdleSettings", {})
        for name in ("LifecycleManagement", *(f"{each}IdleTimeoutInMinutes" for each in ("", "Min", "Max"))):
            idle.pop(name, None)
        for holder, name in ((management, "IdleSettings"), (app, "AppLifecycleManagement"), (found, key)):
            if not holder.get(name):
                holder.pop(name, None)
    return found


@many
@given(descriptions, idles)
def test_what_is_sent_holds_everything_that_was_there(description: dict[str, Any], idle: NativeIdle | None) -> None:
    before = deepcopy(description)
    request = mending(description, idle)
    assert description == before
    for structure in {"DefaultUserSettings", "DefaultSpaceSettings"} & request.keys():
        assert without_limits(request[structure]) == without_limits(description.get(structure, {}))


@many
@given(descriptions, idles)
def test_the_api_accepts_all_of_it(description: dict[str, Any], idle: NativeIdle | None) -> None:
    request = mending(description, idle)
    assert set(request) <= set(ASKED)
    report = ParamValidator().validate({"DomainId": "d-abcdefghijkl", **request}, UPDATE)
    assert not report.has_errors(), report.generate_report()


@many
@given(descriptions, idles)
def test_afterwards_nothing_is_left_to_mend(description: dict[str, Any], idle: NativeIdle | None) -> None:
    after = {**description, **mending(description, idle)}
    assert mending(after, idle) == {}
    assert read(after).propagates_tags
    assert idle is None or set(read(after).idle.values()) == {idle}


def test_lifecycle_configurations_images_and_a_foreign_setting_stay_beside_the_limits() -> None:
    lab = {"LifecycleConfigArns": ["arn:theirs"], "CustomImages": [{"ImageName": "i", "AppImageConfigName": "c"}]}
    found = described(lab={**lab, "AppLifecycleManagement": {"Later": 1, "IdleSettings": {"New": 2}}}, editor=limits())
    found["DefaultUserSettings"]["SecurityGroups"] = ["sg-1"]
    sent = mending(found, TWO_HOURS)["DefaultUserSettings"]
    assert sent["SecurityGroups"] == ["sg-1"]
    app = sent["JupyterLabAppSettings"]
    assert {key: app[key] for key in lab} == lab
    assert app["AppLifecycleManagement"]["Later"] == 1
    assert app["AppLifecycleManagement"]["IdleSettings"]["New"] == 2


def test_a_structure_without_anything_wrong_is_not_sent() -> None:
    found = described(lab=limits(), editor=limits(), shared={})
    assert set(mending(found, TWO_HOURS)) == {"DefaultSpaceSettings"}
