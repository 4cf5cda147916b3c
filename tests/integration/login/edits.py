"""Changes to what a response says, made before it is signed."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

from tests.integration.login.browser import Post
from tests.integration.login.case import Attack
from tests.integration.login.front import Genuine
from tests.support.identity_providers.signing import A, Change, Element, P, assertion_of

ASSERTION = f"{A}Assertion"
SUBJECT = f"{ASSERTION}/{A}Subject"
CONFIRMATION = f"{SUBJECT}/{A}SubjectConfirmation"
DATA = f"{CONFIRMATION}/{A}SubjectConfirmationData"
CONDITIONS = f"{ASSERTION}/{A}Conditions"
RESTRICTION = f"{CONDITIONS}/{A}AudienceRestriction"
STATEMENT = f"{ASSERTION}/{A}AttributeStatement"
STATUS = f"{P}Status"
CODE = f"{STATUS}/{P}StatusCode"


def said(*changes: Change) -> Attack:
    """The provider itself says so."""
    return lambda genuine: genuine.again(*changes)


def as_usual(genuine: Genuine) -> Post:
    """The control: signed by the same hand, without the changes."""
    return genuine.again()


def place(response: Element, path: str) -> Element:
    """The one element at a path below the response; the response itself for an empty path."""
    found = response if not path else response.find(path)
    assert found is not None, path
    return found


def attribute(path: str, name: str, value: str | Callable[[str], str] | None) -> Change:
    """Sets an attribute, or takes it away."""

    def change(response: Element) -> None:
        element = place(response, path)
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value(element.get(name, "")) if callable(value) else value)

    return change


def words(path: str, value: str) -> Change:
    """Another text."""

    def change(response: Element) -> None:
        place(response, path).text = value

    return change


def without(path: str) -> Change:
    """An element is missing."""

    def change(response: Element) -> None:
        element = place(response, path)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return change


def twice(path: str, *further: Change) -> Change:
    """An element is there a second time, behind the first, which then takes the further changes."""

    def change(response: Element) -> None:
        element = place(response, path)
        element.addnext(deepcopy(element))
        for each_one in further:
            each_one(response)

    return change


def named(name: str) -> str:
    """The path of an attribute of the statement."""
    return f"{STATEMENT}/{A}Attribute[@Name='{name}']"


def values(name: str, *texts: str) -> Change:
    """An attribute's values."""

    def change(response: Element) -> None:
        element = place(response, named(name))
        template = element[0]
        for child in list(element):
            element.remove(child)
        for text in texts:
            value = deepcopy(template)
            value.text = text
            element.append(value)

    return change


def both_issuers(value: str) -> Change:
    """Of response and assertion."""

    def change(response: Element) -> None:
        for parent in (response, assertion_of(response)):
            place(parent, f"{A}Issuer").text = value

    return change
