"""What a caller asks for, as the values that the store is asked with."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, replace
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any

from featherchat.db.checking import (
    MAX_DAYS,
    checked_attributes,
    checked_list,
    checked_name,
    checked_number,
    checked_time,
    kind_of,
    plain_text,
    shown,
)
from featherchat.errors import InvalidValue
from featherchat.fusion import Fusion
from featherchat.memory import Layer, Status
from featherchat.ranking import DecayPolicy
from featherchat.recollection import Filter

DEFAULT_NAMESPACE = "default"
"""Where a memory is put, and looked for, when no namespace is named."""

MAX_IDS = 10_000
"""Ids that one filter may name."""

HalfLife = float | Mapping[str, float | None] | None
Where = Filter | Mapping[str, Any] | None

_FIELDS = frozenset(field.name for field in fields(Filter)) - {"namespace", "attributes"}
_NEAR = {
    "kind": "kinds",
    "entity": "kinds",
    "entities": "kinds",
    "status": "statuses",
    "layer": "layers",
    "author": "authors",
    "id": "ids",
    "developers": "developer",
    "paths": "path",
    "importance": "min_importance",
    "confidence": "min_confidence",
    "trust": "min_trust",
    "created_at": "since or until",
}
"""What is taken for the name of a field, and asked for an attribute that nobody set."""

_LISTS = ("layers", "kinds", "statuses", "authors", "ids")


def decay(half_life: HalfLife, time_weight: float) -> DecayPolicy:
    """The policy of one question.

    Raises:
        FeatherchatError: If a number is out of its range.
    """
    if type(half_life) is float and type(time_weight) is float:
        return _plain_policy(half_life, time_weight)
    share = checked_number("time_weight", time_weight, 0, 1)
    if isinstance(half_life, Mapping):
        by_kind = {kind_of(entity): _days(days) for entity, days in half_life.items()}
        return DecayPolicy(by_kind, share)
    return DecayPolicy(_days(half_life), share)


@lru_cache(maxsize=256)
def _plain_policy(half_life: float, time_weight: float) -> DecayPolicy:
    """The policy of one half-life: kept, for most questions have the same."""
    return DecayPolicy(_days(half_life), checked_number("time_weight", time_weight, 0, 1))


def admitting(namespace: str | None, entity: str | None, where: Where) -> Filter:
    """The filter of one question.

    A mapping names fields of ``Filter``, such as ``since`` or ``statuses``; every other
    name in it is an attribute that must have that value.

    Raises:
        InvalidValue: If a value does not fit its field, or two things are said of one.
    """
    if where is None and isinstance(namespace, str | None) and isinstance(entity, str | None):
        return _plain_filter(namespace, entity)
    return _filter(namespace, entity, where)


@lru_cache(maxsize=256)
def _plain_filter(namespace: str | None, entity: str | None) -> Filter:
    """The filter of a question without conditions: kept, for most questions are such."""
    return _filter(namespace, entity, None)


def _filter(namespace: str | None, entity: str | None, where: Where) -> Filter:
    given = _listed(where if isinstance(where, Filter) else _from_mapping(where))
    if entity is not None:
        if given.kinds:
            raise InvalidValue(
                f"The entity is {shown(entity)}, and where names the kinds {given.kinds}.",
                hint="Give one of the two.",
            )
        given = replace(given, kinds=(entity,))
    wall = DEFAULT_NAMESPACE if namespace is None else checked_name("namespace", namespace)
    return _checked(replace(given, namespace=wall))


def held(pinned: Collection[str]) -> frozenset[str]:
    """The ids that do not age for one question.

    Raises:
        InvalidValue: If it is no collection of ids.
    """
    return frozenset(checked_name("id", each) for each in checked_list("pinned", pinned))


def fused_by(fusion: str) -> Fusion:
    """How words and meaning become one.

    Raises:
        InvalidValue: If there is no such way.
    """
    known: Fusion = _member(Fusion, "fusion", fusion)
    return known


def _days(value: Any) -> float | None:
    return None if value is None else checked_number("half_life", value, 1e-6, MAX_DAYS)


def _from_mapping(where: Mapping[str, Any] | None) -> Filter:
    if where is not None and not isinstance(where, Mapping):
        raise InvalidValue(
            f"where is {shown(where)}, but must be a mapping or a Filter.",
            hint='Give a mapping such as {"user_id": "u_1"}.',
        )
    said = dict(where or {})
    if "namespace" in said:
        raise InvalidValue(
            f"where names the namespace {said['namespace']!r}.",
            hint="Give it as namespace=, which is a wall for whatever is read.",
        )
    for name in said:
        if name in _NEAR:
            raise InvalidValue(
                f"where names {plain_text(name)!r}, which is no field of Filter.",
                hint=f"Use {_NEAR[name]}, or Filter(attributes=…) for an attribute of that name.",
            )
    known = {name: said.pop(name) for name in list(said) if name in _FIELDS}
    for name in _LISTS:
        if isinstance(known.get(name), str):
            known[name] = (known[name],)
    # None admits all, as if the field were not named.
    fields = {name: value for name, value in known.items() if value is not None}
    return Filter(**fields, attributes=said)


def _listed(given: Filter) -> Filter:
    """The filter with its lists as tuples, whatever they came as: an array has no truth."""
    lists: dict[str, Any] = {}
    for name in _LISTS:
        value = getattr(given, name)
        if value is not None:
            lists[name] = checked_list(f"where.{name}", value)
        elif name != "ids":
            lists[name] = ()
    return replace(given, **lists)


def _checked(given: Filter) -> Filter:
    if given.ids is not None and len(given.ids) > MAX_IDS:
        raise InvalidValue(
            f"where.ids has {len(given.ids):,} ids; the limit is {MAX_IDS:,}.",
            hint="Ask in several questions.",
        )
    return replace(
        given,
        layers=tuple(_member(Layer, "layer", each) for each in given.layers),
        statuses=tuple(_member(Status, "status", each) for each in given.statuses),
        kinds=tuple(kind_of(each) for each in given.kinds),
        authors=tuple(checked_name("author", each) for each in given.authors),
        ids=None if given.ids is None else tuple(checked_name("id", each) for each in given.ids),
        attributes=checked_attributes(given.attributes),
        **_scalars(given),
    )


_SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "developer": partial(checked_name, "developer"),
    "path": partial(checked_name, "path"),
    "since": partial(checked_time, "since"),
    "until": partial(checked_time, "until"),
    "min_importance": partial(checked_number, "min_importance", low=0, high=2),
    "min_confidence": partial(checked_number, "min_confidence", low=0, high=1),
    "min_trust": partial(checked_number, "min_trust", low=0, high=1),
}


def _scalars(given: Filter) -> dict[str, Any]:
    return {
        name: check(value)
        for name, check in _SCALARS.items()
        if (value := getattr(given, name)) is not None
    }


def _member(kinds: type[StrEnum], what: str, value: Any) -> Any:
    try:
        return kinds(value)
    except ValueError as error:
        known = ", ".join(kinds)
        raise InvalidValue(
            f"{shown(value)} is no {what}; there are {known}.", hint=f"Name one of them as {what}."
        ) from error
