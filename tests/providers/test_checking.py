from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.errors import ProviderError
from featherchat.messages import Tool, ToolCall
from featherchat.providers.checking import misfits, tool_call
from tests.conftest import examples

FITTING: list[tuple[Any, Mapping[str, Any]]] = [
    (3, {"type": "integer"}),
    (3.0, {"type": "integer"}),
    (3, {"type": "number"}),
    (None, {"type": ["string", "null"]}),
    ("a", {"enum": ["a", "b"]}),
    ([1, 2], {"type": "array", "items": {"type": "integer"}, "maxItems": 2}),
    ({"x": 1}, {"type": "object", "properties": {}}),
    ({"x": 1}, {"additionalProperties": {"type": "integer"}}),
    ("ADR-7", {"pattern": "^ADR-[0-9]+$"}),
    (5, {"anyOf": [{"type": "string"}, {"minimum": 5, "maximum": 5}]}),
    ({"anything": [True]}, {}),
]

UNFITTING: list[tuple[Any, Mapping[str, Any], str]] = [
    (True, {"type": "integer"}, "$ is not of type integer."),
    (3.5, {"type": "integer"}, "$ is not of type integer."),
    ("3", {"type": ["integer", "null"]}, "$ is not of type ['integer', 'null']."),
    ("c", {"enum": ["a", "b"]}, '$ is none of ["a", "b"].'),
    (True, {"enum": [1]}, "$ is none of [1]."),
    (2, {"const": 1}, "$ is not 1."),
    ([1, "2"], {"items": {"type": "integer"}}, "$[1] is not of type integer."),
    ([], {"minItems": 1}, "$ has a length of 0, below 1."),
    ("", {"minLength": 1}, "$ has a length of 0, below 1."),
    ("abc", {"maxLength": 2}, "$ has a length of 3, above 2."),
    ("x", {"pattern": "^[0-9]+$"}, "$ does not match ^[0-9]+$."),
    (0, {"minimum": 1}, "$ has a value of 0, below 1."),
    ({}, {"required": ["a"]}, "$.a is missing."),
    ({"b": 1}, {"additionalProperties": False}, "$.b is not a known property."),
    ({"b": "1"}, {"additionalProperties": {"type": "integer"}}, "$.b is not of type integer."),
    (
        {"a": {"b": [0]}},
        {"properties": {"a": {"properties": {"b": {"items": {"type": "null"}}}}}},
        "$.a.b[0] is not of type null.",
    ),
    (1, {"anyOf": [{"type": "string"}, {"minimum": 5}]}, "$ fits none of its alternatives."),
]


@pytest.mark.parametrize(("value", "schema"), FITTING)
def test_what_fits_has_no_misfits(value: Any, schema: Mapping[str, Any]) -> None:
    assert list(misfits(value, schema)) == []


@pytest.mark.parametrize(("value", "schema", "says"), UNFITTING)
def test_a_misfit_names_its_place(value: Any, schema: Mapping[str, Any], says: str) -> None:
    assert list(misfits(value, schema)) == [says]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.property
@settings(max_examples=examples(30, 300))
@given(json_values)
def test_every_value_fits_the_schema_that_describes_just_it(value: Any) -> None:
    assert list(misfits(value, {"const": value})) == []


@pytest.mark.property
@settings(max_examples=examples(30, 300))
@given(st.dictionaries(st.text(), json_values, min_size=1))
def test_an_object_without_one_of_its_required_parts_never_fits(value: dict[str, Any]) -> None:
    schema = {"type": "object", "required": list(value)}
    missing, *_ = value
    rest = {name: item for name, item in value.items() if name != missing}

    assert list(misfits(value, schema)) == []
    assert list(misfits(rest, schema)) == [f"$.{missing} is missing."]


LIST_FILES = Tool("list_files", "Lists files.", {"properties": {"depth": {"type": "integer"}}})


def test_a_call_without_arguments_has_none() -> None:
    assert tool_call("c1", "list_files", "", [LIST_FILES]) == ToolCall("c1", "list_files", {})


@pytest.mark.parametrize("arguments", ["[]", "3", '{"depth": 1', "nonsense"])
def test_arguments_that_are_no_object_are_refused(arguments: str) -> None:
    with pytest.raises(ProviderError, match="list_files"):
        tool_call("c1", "list_files", arguments, [LIST_FILES])


def test_arguments_that_do_not_fit_come_with_the_problem() -> None:
    call = tool_call("c1", "list_files", '{"depth": "deep"}', [LIST_FILES])

    assert "$.depth" in call.problem
