"""Whether what a model wrote fits the JSON schema it was given.

A small validator for the part of JSON Schema that our tools use: a library would be
one more dependency for eighty lines. Keywords outside that part are not checked.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from featherchat.errors import ProviderError
from featherchat.messages import Tool, ToolCall

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def misfits(value: Any, schema: Mapping[str, Any], path: str = "$") -> Iterator[str]:
    """What is wrong with a value, one sentence each; nothing if it fits.

    Checked are type, enum, const, anyOf, required, properties, additionalProperties,
    items, minItems, maxItems, minLength, maxLength, pattern, minimum and maximum.

    Args:
        value: What ``json.loads`` made.
        path: Where the value stands, such as ``$.files[0]``.
    """
    if "type" in schema and not _has_type(value, schema["type"]):
        yield f"{path} is not of type {schema['type']}."
        return
    if "enum" in schema and not any(_same(value, choice) for choice in schema["enum"]):
        yield f"{path} is none of {json.dumps(schema['enum'])}."
    if "const" in schema and not _same(value, schema["const"]):
        yield f"{path} is not {json.dumps(schema['const'])}."
    if "anyOf" in schema and all(any(misfits(value, one, path)) for one in schema["anyOf"]):
        yield f"{path} fits none of its alternatives."
    if isinstance(value, dict):
        yield from _object_misfits(value, schema, path)
    elif isinstance(value, list):
        yield from _array_misfits(value, schema, path)
    elif isinstance(value, str):
        yield from _text_misfits(value, schema, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _bound_misfits(value, schema, path, "minimum", "maximum", "value")


def tool_call(call_id: str, name: str, arguments: str, tools: Sequence[Tool]) -> ToolCall:
    """A tool call whose arguments are complete; one that does not fit carries the problem.

    Args:
        arguments: JSON as it was streamed; empty means no arguments.

    Raises:
        ProviderError: If the arguments are not a JSON object: they may have been cut.
    """
    try:
        value = json.loads(arguments or "{}")
    except (ValueError, RecursionError) as error:
        raise _unusable(f"The model called {name} with arguments that are not JSON.") from error
    if not isinstance(value, dict):
        raise _unusable(f"The model called {name} with arguments that are not a JSON object.")
    schemas = {tool.name: tool.schema for tool in tools}
    if name not in schemas:
        known = ", ".join(schemas) or "none"
        return ToolCall(call_id, name, value, f"There is no tool {name}; there are: {known}.")
    wrong = next(misfits(value, schemas[name]), None)
    problem = f"The arguments do not fit: {wrong}" if wrong is not None else ""
    return ToolCall(call_id, name, value, problem)


def check_answer(text: str, schema: Mapping[str, Any]) -> None:
    """Refuse a structured answer that is not one JSON value that fits its schema.

    Raises:
        ProviderError: If it does not fit; the message names the first misfit.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unusable("The model's structured answer is not JSON.") from error
    wrong = next(misfits(value, schema), None)
    if wrong is not None:
        raise _unusable(f"The model's structured answer does not fit its schema: {wrong}")


def _unusable(message: str) -> ProviderError:
    return ProviderError(message, hint="Ask again; if it happens often, choose another model.")


def _has_type(value: Any, wanted: str | Sequence[str]) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    if isinstance(value, bool):
        return "boolean" in names
    if isinstance(value, float) and value.is_integer() and "integer" in names:
        return True
    return any(isinstance(value, _TYPES[name]) for name in names)


def _same(value: Any, choice: Any) -> bool:
    # In Python True == 1; in JSON they differ.
    return bool(value == choice) and isinstance(value, bool) == isinstance(choice, bool)


def _object_misfits(value: dict[str, Any], schema: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{path}.{name} is missing."
    known: Mapping[str, Any] = schema.get("properties", {})
    other = schema.get("additionalProperties", True)
    for name, item in value.items():
        if name in known:
            yield from misfits(item, known[name], f"{path}.{name}")
        elif other is False:
            yield f"{path}.{name} is not a known property."
        elif other is not True:
            yield from misfits(item, other, f"{path}.{name}")


def _array_misfits(value: list[Any], schema: Mapping[str, Any], path: str) -> Iterator[str]:
    yield from _bound_misfits(len(value), schema, path, "minItems", "maxItems", "length")
    for index, item in enumerate(value):
        yield from misfits(item, schema.get("items", {}), f"{path}[{index}]")


def _text_misfits(value: str, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    yield from _bound_misfits(len(value), schema, path, "minLength", "maxLength", "length")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path} does not match {schema['pattern']}."


def _bound_misfits(
    size: float, schema: Mapping[str, Any], path: str, least: str, most: str, what: str
) -> Iterator[str]:
    if size < schema.get(least, size):
        yield f"{path} has a {what} of {size}, below {schema[least]}."
    if size > schema.get(most, size):
        yield f"{path} has a {what} of {size}, above {schema[most]}."
