"""Imports point one way: functions → capabilities → plan and model; AWS only through the composition root."""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

import pytest

CORE = frozenset(
    {
        "model",
        "holds",
        "errors",
        "names",
        "settings",
        "logs",
        "plan",
        "safeguards",
        "apply",
        "audit",
        "pace",
        "side_by_side",
    }
)
CAPABILITIES = frozenset(
    {"directory", "onboarding", "login", "idle", "tags", "house", "compliance", "backup", "cost", "guardrails"}
)
IN_THE_LAYER = CORE | CAPABILITIES | {"catalog", "night", "aws", "ldap", "bootstrap"}

# What each room may import besides itself. A room that is not named here has no place in the house yet.
MAY_IMPORT: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(CORE, CORE),
    "catalog": CORE,
    **dict.fromkeys(CAPABILITIES, CORE | {"catalog"}),
    "onboarding": CORE | {"catalog", "directory"},  # what a person may have follows from their memberships
    "night": CORE | {"catalog"},
    "idle": CORE | {"catalog", "night", "cost"},
    "tags": CORE | {"catalog", "night"},
    "house": CORE | {"catalog", "night"},
    "compliance": CORE | {"catalog", "night"},
    "backup": CORE | {"catalog", "night"},
    "aws": CORE | CAPABILITIES | {"catalog", "night"},  # adapters answer with the types that the ports name
    "ldap": CORE | {"catalog", "directory"},
    "bootstrap": IN_THE_LAYER,
    "functions": IN_THE_LAYER - {"aws", "ldap"},
    "local": frozenset({"catalog", "model", "errors", "names"}),  # an AWS account knows nothing of its tenant
    "cli": IN_THE_LAYER | {"local"},
}
AWS_SDK = frozenset({"awscrt", "boto3", "botocore"})
SHIPPED = frozenset(
    {"aws_lambda_powertools", "awscrt", "boto3", "botocore", "cryptography", "ldap3", "lxml", "signxml"}
)


@dataclass(frozen=True, slots=True)
class Module:
    """A source file: its import name, the room that it stands in, and what it imports."""

    name: str
    path: Path
    imports: tuple[str, ...]
    imports_at_run_time: tuple[str, ...]


def module_name(path: PurePath) -> str:
    parts = path.with_suffix("").parts
    if parts[:2] == ("layers", "concierge"):
        parts = parts[2:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str | None:
    """The room of a module of ours: its part of the layer, or its top folder. None for others' packages."""
    first, _, rest = module.partition(".")
    if first == "concierge":
        return rest.partition(".")[0] or "concierge"
    return first if first in {"functions", "local", "cli"} else None


def imports_of(tree: ast.AST, package: str) -> Iterator[str]:
    """The names that a source imports, those inside functions too; `from a import b` counts as `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.rsplit(".", node.level - 1)[0] if node.level else ""
            base = ".".join(part for part in (above, node.module) if part)
            yield from (f"{base}.{alias.name}" for alias in node.names)


def without_type_checking(source: str) -> ast.Module:
    """The source's tree, less what `if TYPE_CHECKING:` guards."""

    class Remover(ast.NodeTransformer):
        def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
            self.generic_visit(node)
            return node.orelse if ast.unparse(node.test).endswith("TYPE_CHECKING") else node

    tree: ast.Module = Remover().visit(ast.parse(source))
    return tree


def packages_above(module: str) -> Iterator[str]:
    """The packages whose `__init__` runs when the module is imported."""
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def read_module(path: Path, source: str) -> Module:
    name = module_name(path)
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    return Module(
        name=name,
        path=path,
        imports=tuple(imports_of(ast.parse(source), package)),
        imports_at_run_time=tuple(imports_of(without_type_checking(source), package)),
    )


def wrong_imports(module: Module) -> list[str]:
    """Each import that leaves the module's room for one that it may not know."""
    here = room(module.name)
    if here is None or here == "concierge":
        return []
    allowed = MAY_IMPORT.get(here)
    if allowed is None:
        return [f"{module.path}: no rule for room {here!r}"]
    there = ((name, room(name)) for name in module.imports)
    return [f"{module.path} imports {name}" for name, other in there if other not in {None, here, *allowed}]


@pytest.fixture(scope="module")
def modules(texts: dict[Path, str]) -> tuple[Module, ...]:
    ours = (path for path in texts if path.suffix == ".py" and room(module_name(path)))
    return tuple(read_module(path, texts[path]) for path in ours)


def test_every_import_points_the_one_way(modules: tuple[Module, ...]) -> None:
    assert [wrong for module in modules for wrong in wrong_imports(module)] == []


def test_functions_do_not_import_each_other(modules: tuple[Module, ...]) -> None:
    handlers = [module for module in modules if room(module.name) == "functions"]
    assert [m.path for m in handlers if any(room(name) == "functions" for name in m.imports)] == []


def test_the_layer_talks_to_aws_in_one_room_only(modules: tuple[Module, ...]) -> None:
    deployed = [m for m in modules if m.name.startswith("concierge.") or room(m.name) == "functions"]
    users = [m for m in deployed if any(name.partition(".")[0] in AWS_SDK for name in m.imports)]
    assert [m.path for m in users if room(m.name) not in {"aws", "bootstrap"}] == []


def test_directories_are_asked_over_ldap_in_one_room_only(modules: tuple[Module, ...]) -> None:
    deployed = [m for m in modules if m.name.startswith("concierge.") or room(m.name) == "functions"]
    users = [m for m in deployed if any(name.partition(".")[0] == "ldap3" for name in m.imports)]
    assert {room(m.name) for m in users} == {"ldap"}


def test_whatever_a_function_reaches_is_in_the_layer_or_the_standard_library(
    modules: tuple[Module, ...],
) -> None:
    by_name = {module.name: module for module in modules}
    to_visit = [module.name for module in modules if room(module.name) == "functions"]
    visited: set[str] = set()
    foreign: set[str] = set()
    while to_visit:
        name = to_visit.pop()
        if name in visited or name not in by_name:
            continue
        visited.add(name)
        to_visit.extend(packages_above(name))
        for imported in by_name[name].imports_at_run_time:
            target = imported if imported in by_name else imported.rpartition(".")[0]
            to_visit.append(target)
            if target not in by_name:
                foreign.add(imported if room(imported) else imported.partition(".")[0])
    assert foreign - SHIPPED - sys.stdlib_module_names == set()


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("functions/onboarding/app.py", "from concierge.aws.iam import IamRoles"),
        ("functions/onboarding/app.py", "from concierge import aws"),
        ("layers/concierge/concierge/plan.py", "from concierge.idle import sweep"),
        ("layers/concierge/concierge/idle/sweep.py", "from concierge.tags.plan import build_plan"),
        ("layers/concierge/concierge/idle/sweep.py", "from ..aws import sagemaker"),
        ("layers/concierge/concierge/login/mint.py", "def mint():\n    from concierge.aws import sts"),
        ("layers/concierge/concierge/aws/iam.py", "from concierge.bootstrap import roles"),
        ("layers/concierge/concierge/audit.py", "import local.clock"),
        ("layers/concierge/concierge/attic/box.py", "import json"),
        ("local/stack.py", "from concierge.bootstrap import roles"),
        ("cli/main.py", "import functions.onboarding.app"),
    ],
)
def test_an_import_against_the_grain_is_named(path: str, source: str) -> None:
    assert len(wrong_imports(read_module(Path(path), source))) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            "functions/onboarding/app.py",
            "from concierge import bootstrap\nfrom concierge.model import Person",
        ),
        (
            "layers/concierge/concierge/idle/sweep.py",
            "from . import evidence\nfrom concierge.plan import Plan",
        ),
        ("layers/concierge/concierge/bootstrap/memberships.py", "def roles():\n    from concierge.aws import iam"),
        ("cli/main.py", "import click\nfrom local.stack import LocalStack"),
    ],
)
def test_an_import_with_the_grain_passes(path: str, source: str) -> None:
    assert wrong_imports(read_module(Path(path), source)) == []
