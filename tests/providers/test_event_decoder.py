import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.providers.http import EventDecoder, ServerEvent

STREAM = (
    b": hello\n\nevent: ping\ndata: {}\r\n\r\ndata: na\xc3\xafve\ndata:two\n\nevent: empty\n\nid: 7\n"
    b"data: \xe2\x9c\x93\n\n"
)

EVENTS = [ServerEvent("ping", "{}"), ServerEvent("", "naïve\ntwo"), ServerEvent("", "✓")]


@given(st.lists(st.integers(0, len(STREAM)), max_size=6))
def test_events_do_not_depend_on_where_the_bytes_are_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    decoder = EventDecoder()

    found = [
        event
        for start, end in itertools.pairwise(edges)
        for event in decoder.feed(STREAM[start:end])
    ]

    assert found == EVENTS


def test_a_damaged_byte_is_an_error_not_a_question_mark() -> None:
    with pytest.raises(UnicodeDecodeError):
        EventDecoder().feed(b"data: \xff\n\n")
