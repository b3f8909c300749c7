"""Learning from conversations beside the chat."""

import json
from pathlib import Path

import pytest
from driving import learn, make_repository, running

from featherchat.errors import ProviderUnreachable
from featherchat.providers.scripted import ScriptedReply

FOUND = json.dumps(
    {
        "candidates": [
            {
                "kind": "debugging",
                "sentence": "The ledger's export hangs when the mail server is down.",
                "quote": "the export hangs when the mail server is down",
                "importance": 5,
                "subject": "",
                "slot": "",
                "replaces": "",
                "links": [],
            }
        ]
    }
)


@pytest.mark.anyio
async def test_what_could_not_be_distilled_is_learnt_when_the_conversation_is_left(
    tmp_path: Path,
) -> None:
    unreachable = ScriptedReply(error=ProviderUnreachable("No answer.", hint="Check it."))
    script = ["It waits for a connection.", unreachable, FOUND]
    async with running(make_repository(tmp_path), script) as run:
        await learn(run)
        await run.type("I saw that the export hangs when the mail server is down, why?")
        await run.until(run.sees("wait to be learnt from"))

        await run.type("/clear")

        await run.until(run.sees("1 memory learnt from an earlier conversation"))
        await run.settled()
        assert run.app.chat.learned == ["The ledger's export hangs when the mail server is down."]
