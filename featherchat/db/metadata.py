"""What is said about a memory beside its text and its vector."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Self

from featherchat.db.checking import (
    checked_attribute,
    checked_attributes,
    checked_flag,
    checked_name,
    checked_number,
    checked_time,
)
from featherchat.errors import InvalidValue
from featherchat.memory import Attribute, Memory

Write = Callable[[str, Attribute], None]
"""Stores one attribute."""


def _time_or_none(name: str, value: Any) -> float | None:
    return None if value is None else checked_time(name, value)


_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "confidence": partial(checked_number, "confidence", low=0, high=1),
    "pinned": partial(checked_flag, "pinned"),
    "created_at": partial(_time_or_none, "created_at"),
    "expires_at": partial(_time_or_none, "expires_at"),
}
"""What may be assigned before a memory is added, and how it is checked."""


class Metadata:
    """Importance, namespace, dates and free attributes of a memory.

    Of its own it is a value to fill before ``DB.add``; as ``memory.meta`` of a stored
    memory it writes through: ``set_attribute`` is durable when it returns. How often a
    memory was recalled is counted, never given.
    """

    def __init__(
        self,
        *,
        importance: float | None = None,
        namespace: str | None = None,
        confidence: float = 1.0,
        pinned: bool = False,
        created_at: float | None = None,
        expires_at: float | None = None,
        attributes: Mapping[str, Attribute] | None = None,
    ) -> None:
        """Check and keep what is given.

        Args:
            importance: A weight from 0 to 2, 1 neutral; None: the entity's own.
            namespace: The wall it stands behind; None: the default one.
            confidence: From 0 to 1.
            pinned: Whether it stays fresh at any age.
            created_at: Seconds UTC from which its age counts; None: when it is added.
            expires_at: Seconds UTC from which it is no longer found; None: never.
            attributes: Anything else; see ``set_attribute``.

        Raises:
            InvalidValue: If one is out of its range or of another type.
        """
        self._write: Write | None = None
        self._importance = (
            None if importance is None else checked_number("importance", importance, 0, 2)
        )
        self._namespace = None if namespace is None else checked_name("namespace", namespace)
        self.confidence = confidence
        self.pinned = pinned
        self.created_at = created_at
        self.expires_at = expires_at
        self._attributes = checked_attributes({} if attributes is None else attributes)

    def __setattr__(self, name: str, value: Any) -> None:
        """Check a field that is assigned; what would be lost is refused.

        Raises:
            InvalidValue: If it is no field, is out of its range, or belongs to a stored memory.
        """
        if name.startswith("_"):
            super().__setattr__(name, value)
        elif name not in _FIELDS:
            raise InvalidValue(
                f"{name} cannot be assigned to a Metadata.",
                hint=f"Use set_attribute({name!r}, …).",
            )
        elif self._write is not None:
            raise InvalidValue(
                f"{name} is assigned to the Metadata of a stored memory, which would not store it.",
                hint=f"Use update of the DB with a meta that has {name}.",
            )
        else:
            super().__setattr__(name, _FIELDS[name](value))

    @classmethod
    def of(cls, memory: Memory) -> Self:
        """What is said about a stored memory."""
        return cls(
            importance=memory.importance,
            namespace=memory.namespace,
            confidence=memory.confidence,
            pinned=memory.pinned,
            created_at=memory.created_at,
            expires_at=memory.expires_at,
            attributes=memory.attributes,
        )

    def bound(self, write: Write) -> Self:
        """The same, and from now on what is set is stored first."""
        self._write = write
        return self

    @property
    def importance(self) -> float | None:
        """A weight from 0 to 2; None: the entity's own."""
        return self._importance

    @property
    def namespace(self) -> str | None:
        """The wall it stands behind; None: the default one."""
        return self._namespace

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        """Everything that was set but importance and namespace, to be read."""
        return MappingProxyType(self._attributes)

    def get_attribute(self, name: str, default: Attribute = None) -> Attribute:
        """An attribute, or the field of that name: importance or namespace."""
        if name == "importance":
            return default if self._importance is None else self._importance
        if name == "namespace":
            return default if self._namespace is None else self._namespace
        return self._attributes.get(name, default)

    def set_attribute(self, name: str, value: Attribute) -> None:
        """Set an attribute, or the field of that name: importance or namespace.

        Args:
            name: Up to 200 characters.
            value: None, a bool, an int of 64 bits, a finite float or a text; its type is kept.

        Raises:
            FeatherchatError: If it is anything else, the memory has too many, or it cannot be
                stored; then nothing is set.
        """
        name = checked_name("name of an attribute", name)
        if self._write is not None:
            self._write(name, value)
        if name == "importance":
            self._importance = checked_number("importance", value, 0, 2)
        elif name == "namespace":
            self._namespace = checked_name("namespace", value)
        else:
            kept = checked_attribute(name, value)
            checked_attributes({**self._attributes, name: kept})
            self._attributes[name] = kept
