"""What a person should have: pure, from the catalog and the person's memberships."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from concierge.catalog.model import Catalog, Domain, Grant, LifecycleConfig, NativeIdle, Persona, RoleScope
from concierge.catalog.render import render_policy, render_policy_arns
from concierge.directory.memberships import present_groups
from concierge.model import LOGIN_TAG, OWNER, OWNERSHIP_TAG, PERSON_TAG, AppType, Person, PersonRecord
from concierge.names import content_name, person_tag, profile_name, role_name, space_name
from concierge.onboarding.reporting import Rows, reporting_policy, reporting_script

ROLE_PATH = "/studio/exec/"
LIFECYCLE_PREFIX = "concierge-"  # lifecycle configurations that were made here
PERSONA_POLICY = "persona"  # the inline policy that a persona gives
_ROLE_TAGS = (OWNERSHIP_TAG, LOGIN_TAG, PERSON_TAG, "domain", "persona", "team", "cost-centre")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where generated roles live: the hub's account and partition, and the boundary that they all carry.

    activity_table: name of the table that apps report to in every account and region; empty if there is none.
    """

    account: str
    partition: str
    boundary: str
    activity_table: str = ""

    def boundary_in(self, account: str) -> str:
        """The boundary of another account, which has it under the same path and name."""
        return self.boundary.replace(f":{self.account}:", f":{account}:")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSpec:
    """An execution role as it should be; documents are canonical JSON text."""

    name: str
    arn: str
    trust: str
    boundary: str
    tags: Mapping[str, str]
    inline_policies: Mapping[str, str]
    managed_policies: tuple[str, ...]

    @property
    def path(self) -> str:
        """Generated roles have a path of their own, so that a policy for them can never match a platform role."""
        return ROLE_PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleSpec:
    """A lifecycle configuration; the name holds a digest of the script because AWS cannot update one in place."""

    name: str
    arn: str
    app_type: AppType
    script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceSpec:
    """A private space; storage in GB."""

    name: str
    app_type: AppType
    instance_type: str
    storage_gb: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Everything that one person should have in one domain, and the group that gives it."""

    person: Person
    domain: Domain
    persona: str
    group: str
    profile: str
    role: RoleSpec
    tags: Mapping[str, str]
    lifecycle_configs: tuple[LifecycleSpec, ...]
    spaces: tuple[SpaceSpec, ...]
    instance_type: str | None
    idle: NativeIdle | None

    @property
    def why(self) -> str:
        """The reason that an administrator sees on everything that gives this access."""
        return f"member of {self.group}: persona {self.persona} in {self.domain.name}"

    def lifecycle_arns(self, app_type: AppType) -> tuple[str, ...]:
        """The lifecycle configurations that apps of this type should offer."""
        return tuple(spec.arn for spec in self.lifecycle_configs if spec.app_type is app_type)

    @property
    def fingerprint(self) -> str:
        """Digest of all of it: as long as it is the same, and the last run reached it, nothing is to be done."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, default=str).encode()).hexdigest()


def desired_access(catalog: Catalog, record: PersonRecord, surroundings: Surroundings) -> tuple[Access, ...]:
    """One Access per domain that the person's present groups name, in the catalog's order."""
    grants = catalog.grants(present_groups(record))
    return tuple(_access(catalog, record.person, grant, surroundings) for grant in grants)


def _access(catalog: Catalog, person: Person, grant: Grant, surroundings: Surroundings) -> Access:
    persona, domain = grant.persona, grant.domain
    tags = {
        **domain.tags,
        **persona.tags,
        **grant.tags,
        LOGIN_TAG: person.login,
        PERSON_TAG: person_tag(person.id),
        "domain": domain.name,
        "persona": persona.name,
        OWNERSHIP_TAG: OWNER,
    }
    profile = profile_name(person.first_login, generation=person.generation)
    return Access(
        person=person,
        domain=domain,
        persona=persona.name,
        group=grant.group,
        profile=profile,
        role=_role(person, grant, tags, surroundings),
        tags=tags,
        lifecycle_configs=tuple(
            _lifecycle(catalog.lifecycle_config(name), domain, surroundings) for name in persona.lifecycle_configs
        ),
        spaces=tuple(
            SpaceSpec(
                name=space_name(profile, each.name),
                app_type=each.app_type,
                instance_type=each.instance_type,
                storage_gb=each.storage_gb,
            )
            for each in persona.spaces
        ),
        instance_type=persona.instance_types[0] if persona.instance_types else None,
        idle=persona.idle.native,
    )


def _lifecycle(config: LifecycleConfig, domain: Domain, surroundings: Surroundings) -> LifecycleSpec:
    script = reporting_script(config.script, surroundings.activity_table)
    name = content_name(f"{LIFECYCLE_PREFIX}{config.name}", script)
    place = f"arn:{surroundings.partition}:sagemaker:{domain.region}:{domain.account}"
    return LifecycleSpec(
        name=name,
        arn=f"{place}:studio-lifecycle-config/{name}",
        app_type=config.app_type,
        script=script,
    )


def _role(person: Person, grant: Grant, tags: Mapping[str, str], surroundings: Surroundings) -> RoleSpec:
    persona, domain = grant.persona, grant.domain
    slug, holder = _holder(person, persona, tags)
    kept = _ROLE_TAGS if persona.role_scope is RoleScope.USER else _shared_tags(persona)
    name = role_name(slug, f"{domain.name}\n{persona.name}\n{holder}")
    given = render_policy(persona, domain, partition=surroundings.partition, role=name)
    rows = Rows(table=surroundings.activity_table, partition=surroundings.partition, domain=domain, role=name)
    document = reporting_policy(given, rows)
    return RoleSpec(
        name=name,
        arn=f"arn:{surroundings.partition}:iam::{domain.account}:role{ROLE_PATH}{name}",
        trust=_trust(domain, surroundings),
        boundary=surroundings.boundary_in(domain.account),
        tags={key: tags[key] for key in kept if key in tags},
        inline_policies={PERSONA_POLICY: document} if document else {},
        managed_policies=render_policy_arns(persona, domain, partition=surroundings.partition),
    )


def _holder(person: Person, persona: Persona, tags: Mapping[str, str]) -> tuple[str, str]:
    match persona.role_scope:
        case RoleScope.USER:
            # IAM tags a role at its birth only, so another team is another role.
            return person.first_login, "\n".join(("user", person.id, tags.get("team", ""), tags.get("cost-centre", "")))
        case RoleScope.TEAM:
            team = tags.get("team", "")
            return f"{persona.name}-{team}", f"team\n{team}"
        case RoleScope.PERSONA:
            return persona.name, "persona"


def _shared_tags(persona: Persona) -> tuple[str, ...]:
    personal = (
        {LOGIN_TAG, PERSON_TAG}
        if persona.role_scope is RoleScope.TEAM
        else {LOGIN_TAG, PERSON_TAG, "team", "cost-centre"}
    )
    return tuple(key for key in _ROLE_TAGS if key not in personal)


def _trust(domain: Domain, surroundings: Surroundings) -> str:
    """Studio of this account and region only, and nobody else; sourceIdentity names the profile in CloudTrail."""
    source = f"arn:{surroundings.partition}:sagemaker:{domain.region}:{domain.account}:*"
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "StudioOfThisAccount",
                "Effect": "Allow",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": domain.account},
                    "ArnLike": {"aws:SourceArn": source},
                },
            }
        ],
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
