"""The one thread below the line: order, errors, cancellation, the end."""

import asyncio
import threading

import pytest

from featherchat.store.thread import StoreThread

pytestmark = pytest.mark.anyio


async def test_everything_runs_on_one_thread_that_is_not_ours() -> None:
    thread = StoreThread()

    names = {await thread.run(threading.get_ident) for _ in range(3)}

    assert len(names) == 1
    assert names != {threading.get_ident()}
    await thread.close()


async def test_a_question_overtakes_waiting_batches() -> None:
    thread = StoreThread()
    gate = threading.Event()
    order: list[str] = []
    blocked = asyncio.create_task(thread.run(gate.wait))
    await asyncio.sleep(0)
    batches = [
        asyncio.create_task(thread.batch(order.append, f"batch {number}")) for number in range(2)
    ]
    question = asyncio.create_task(thread.run(order.append, "question"))
    await asyncio.sleep(0)

    gate.set()
    await asyncio.gather(blocked, question, *batches)

    assert order == ["question", "batch 0", "batch 1"]
    await thread.close()


async def test_an_error_comes_to_whoever_asked_and_the_thread_goes_on() -> None:
    thread = StoreThread()

    with pytest.raises(ZeroDivisionError):
        await thread.run(lambda: 1 / 0)

    assert await thread.run(lambda: "fine") == "fine"
    await thread.close()


async def test_a_question_that_was_cancelled_while_it_waited_is_not_run() -> None:
    thread = StoreThread()
    gate = threading.Event()
    ran: list[str] = []
    blocked = asyncio.create_task(thread.run(gate.wait))
    waiting = asyncio.create_task(thread.run(ran.append, "cancelled"))
    await asyncio.sleep(0)

    waiting.cancel()
    await asyncio.sleep(0)
    gate.set()
    await blocked
    await thread.close()

    assert ran == []


async def test_closing_finishes_what_was_asked_before() -> None:
    thread = StoreThread()
    ran: list[int] = []
    asked = [asyncio.create_task(thread.batch(ran.append, number)) for number in range(5)]
    await asyncio.sleep(0)

    await thread.close()
    await asyncio.gather(*asked)

    assert ran == [0, 1, 2, 3, 4]


async def test_nothing_waits_for_a_thread_that_has_ended() -> None:
    thread = StoreThread()
    await thread.close()

    with pytest.raises(RuntimeError, match="closed"):
        await thread.run(lambda: None)
