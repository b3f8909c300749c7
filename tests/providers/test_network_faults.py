"""What both network providers owe a turn when the network or the server fails."""

from collections.abc import Callable

import pytest

from featherchat.errors import (
    AnswerCut,
    KeyRejected,
    PromptTooLong,
    ProviderError,
    ProviderUnreachable,
    RateLimited,
)
from featherchat.messages import Completed, Retrying, TextDelta
from featherchat.providers.anthropic import AnthropicProvider
from featherchat.providers.retrying import Retries
from tests.providers.dialects import (
    ENDING_NAMES,
    ENDINGS,
    HASTY,
    PATIENT,
    Dialect,
    collect,
    collect_failing,
)
from tests.providers.servers import (
    Exchange,
    MessagesServer,
    Scenario,
    breaks,
    fails,
    hangs,
    page,
    streams,
)

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_said_at_once(dialect: Dialect, status: int) -> None:
    dialect.server.scenario = fails(status, "authentication_error", "no such key")

    found, error = await collect_failing(dialect.provider)

    assert found == []
    assert isinstance(error, KeyRejected)
    assert "_API_KEY" in error.hint


@pytest.mark.parametrize(
    "scenario",
    [
        fails(413, "request_too_large", "Request exceeds the maximum size"),
        fails(400, "invalid_request_error", "prompt is too long: 1200000 tokens > 1000000 maximum"),
        fails(400, "exceed_context_size_error", "the request exceeds the available context size"),
        fails(400, "BadRequestError", "This model's maximum context length is 4096 tokens."),
        fails(500, "server_error", "the prompt exceeds the context size"),
    ],
)
async def test_a_prompt_that_is_too_long_is_named_so(dialect: Dialect, scenario: Scenario) -> None:
    dialect.server.scenario = scenario

    _, error = await collect_failing(dialect.provider)

    assert isinstance(error, PromptTooLong)
    assert len(dialect.server.requests) == 1


async def test_another_bad_request_repeats_the_servers_words(dialect: Dialect) -> None:
    dialect.server.scenario = fails(404, "not_found_error", "model: claude-nought")

    _, error = await collect_failing(dialect.provider)

    assert type(error) is ProviderError
    assert "model: claude-nought" in str(error)


async def test_a_short_pause_that_the_server_asks_for_is_kept_and_shown(
    dialect: Dialect, pauses: list[float]
) -> None:
    limited = fails(429, "rate_limit_error", "slow down", retry_after="7")
    dialect.server.scenario = [limited, dialect.says("Yes.")]

    retrying, *_, end = await collect(dialect.provider)

    assert isinstance(retrying, Retrying)
    assert (retrying.seconds, retrying.attempt) == (7.0, 1)
    assert pauses == [7.0]
    assert isinstance(end, Completed)


async def test_a_pause_may_be_asked_for_as_a_date(dialect: Dialect, pauses: list[float]) -> None:
    # The clock stands at 1790000000, which is 14:13:20.
    limited = fails(429, "rate_limit_error", "", retry_after="Mon, 21 Sep 2026 14:13:50 GMT")
    dialect.server.scenario = [limited, dialect.says("Yes.")]

    await collect(dialect.provider)

    assert pauses == [30.0]


async def test_a_long_pause_is_left_to_the_user(dialect: Dialect, pauses: list[float]) -> None:
    dialect.server.scenario = fails(429, "rate_limit_error", "slow down", retry_after="3600")

    found, error = await collect_failing(dialect.provider)

    assert not found
    assert not pauses
    assert isinstance(error, RateLimited)
    assert "60 min" in str(error)


async def test_five_tries_are_made_with_growing_pauses(
    dialect: Dialect, pauses: list[float]
) -> None:
    dialect.server.scenario = fails(429, "rate_limit_error", "slow down")

    found, error = await collect_failing(dialect.provider)

    assert isinstance(error, RateLimited)
    assert len(dialect.server.requests) == 5
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    assert [one.attempt for one in found if isinstance(one, Retrying)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("scenario", "timeouts"),
    [
        (fails(500, "api_error", "Internal server error"), PATIENT),
        (fails(529, "overloaded_error", "Overloaded"), PATIENT),
        (page(502, "<html><h1>Bad Gateway</h1></html>"), PATIENT),
        (breaks, PATIENT),
        (hangs, HASTY),
        (streams(), PATIENT),
        (streams(then=Exchange.reset), PATIENT),
        (streams(then=Exchange.stall), HASTY),
    ],
    ids=["500", "529", "html", "rst", "hang", "empty", "early-rst", "headers-only"],
)
async def test_a_passing_fault_before_the_first_word_is_tried_again(
    dialect: Dialect, scenario: Scenario
) -> None:
    dialect.server.scenario = [scenario, dialect.says("Yes.")]

    retrying, *_, end = await collect(dialect.provider)

    assert isinstance(retrying, Retrying)
    assert isinstance(end, Completed)
    assert len(dialect.server.requests) == 2


async def test_a_gateways_page_is_not_quoted(dialect: Dialect) -> None:
    dialect.server.scenario = page(502, "<html><h1>Bad Gateway</h1></html>")

    _, error = await collect_failing(dialect.provider)

    assert "status 502" in str(error)
    assert "<" not in str(error)


async def test_a_server_may_forbid_to_try_again(dialect: Dialect) -> None:
    dialect.server.scenario = fails(429, "rate_limit_error", "no credit", x_should_retry="false")

    _, error = await collect_failing(dialect.provider)

    assert isinstance(error, RateLimited)
    assert len(dialect.server.requests) == 1


async def test_a_server_that_is_not_there_is_named(retries: Retries) -> None:
    with MessagesServer() as gone:
        url, address = gone.url, gone.address

    _, error = await collect_failing(AnthropicProvider("sk-test", base_url=url, retries=retries))

    assert isinstance(error, ProviderUnreachable)
    assert address in str(error)


@pytest.mark.parametrize(("end", "timeouts"), ENDINGS, ids=ENDING_NAMES)
async def test_an_answer_without_its_end_is_cut(
    dialect: Dialect, end: Callable[[Exchange], None]
) -> None:
    dialect.server.scenario = streams(*dialect.partial, then=end)

    found, error = await collect_failing(dialect.provider)

    assert found == [TextDelta("Because")]
    assert isinstance(error, AnswerCut)
    assert len(dialect.server.requests) == 1


async def test_half_a_chunk_is_cut(dialect: Dialect) -> None:
    def half(exchange: Exchange) -> None:
        exchange.wfile.write(b"fff\r\nevent: content_bl")
        exchange.hang_up()

    dialect.server.scenario = streams(*dialect.partial, then=half)

    _, error = await collect_failing(dialect.provider)

    assert isinstance(error, AnswerCut)


@pytest.mark.parametrize("damage", ["bad_json", "bad_text"])
async def test_a_damaged_event_cuts_the_answer(dialect: Dialect, damage: str) -> None:
    dialect.server.scenario = streams(*dialect.partial, getattr(dialect, damage))

    found, error = await collect_failing(dialect.provider)

    assert found == [TextDelta("Because")]
    assert isinstance(error, AnswerCut)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("overloaded_error", ProviderError),
        ("rate_limit_error", RateLimited),
        ("authentication_error", KeyRejected),
        ("some_new_error", ProviderError),
    ],
)
async def test_an_error_inside_the_stream_is_known_by_its_kind(
    dialect: Dialect, kind: str, expected: type[ProviderError]
) -> None:
    dialect.server.scenario = streams(*dialect.partial, dialect.error(kind, "sorry"))

    found, error = await collect_failing(dialect.provider)

    assert found == [TextDelta("Because")]
    assert type(error) is expected


@pytest.mark.parametrize("timeouts", [HASTY], ids=["hasty"])
async def test_pings_keep_a_slow_answer_alive(dialect: Dialect) -> None:
    # Five pings take longer than the second of silence that is allowed.
    begun = dialect.partial + [dialect.ping] * 5
    dialect.server.scenario = streams(*begun, pause=0.25)

    _, error = await collect_failing(dialect.provider)

    assert "closed before its end" in str(error)


async def test_bytes_that_trickle_make_the_same_answer(dialect: Dialect) -> None:
    whole = b"".join(dialect.text("naïve — ", "✓"))
    dialect.server.scenario = streams(*[bytes([byte]) for byte in whole])

    *_, end = await collect(dialect.provider)

    assert isinstance(end, Completed)
    assert end.message.text == "naïve — ✓"


async def test_a_redirect_is_refused_and_both_hosts_are_named(dialect: Dialect) -> None:
    with MessagesServer() as other:
        dialect.server.scenario = fails(307, location=f"{other.url}/v1/messages")

        _, error = await collect_failing(dialect.provider)

        assert isinstance(error, ProviderUnreachable)
        assert dialect.server.address in str(error)
        assert other.address in str(error)
        assert other.requests == []
