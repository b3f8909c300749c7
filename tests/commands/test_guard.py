"""A change held against the decisions in force: what goes against one, and what only looks so."""

import json
from dataclasses import dataclass

import pytest

from featherchat.code.diffs import staged
from featherchat.code.repository import Repository
from featherchat.commands.decisions import NewDecision, new_decision
from featherchat.commands.guard import Guarded, guard, held, recorded
from featherchat.commands.second_opinion import with_opinions
from featherchat.decisions import parse
from featherchat.errors import InvalidValue, UsageError
from featherchat.providers.scripted import ScriptedProvider
from tests.workshop import Workshop

RECORD = "docs/adr/0007-decided.md"


def a_record(title: str = "Decided", decision: str = "", rejected: str = "", more: str = "") -> str:
    options = f"\n## Alternatives\n\n- **{rejected}** Too much.\n" if rejected else ""
    return (
        f"# 7. {title}\n\n## Status\n\nAccepted\n\n## Context\n\nIt was open.\n\n"
        f"## Decision\n\n{decision or 'So it is.'}\n{options}{more}"
    )


@dataclass(frozen=True)
class Case:
    """A record, a file before and after, and whether that goes against the record."""

    record: str
    path: str
    after: str
    before: str = ""
    elsewhere: str = ""
    """Another file of the project, in the same language, that was there before."""


HTTPX = a_record("HTTP client", "We use httpx, not requests.")
KAFKA = a_record("How events travel", "They go through PostgreSQL.", "Kafka.")
LAYERS = a_record("Layers", "`src/domain` must not import `src/infra`.")
ONLY = a_record("Access", "Only `src/db` may import `sqlalchemy`.")
CLOSED = a_record("The old code", "No new code in `src/legacy`.")
FROZEN = a_record("The old API", "`src/api/v1` is frozen.")
SLEEP = a_record("Waiting", "Code must not call `time.sleep()`.")

CONTRADICTIONS = [
    Case(HTTPX, "src/a.py", "import os\nimport requests\n", "import os\n"),
    Case(HTTPX, "src/a.py", "from requests import get\n"),
    Case(HTTPX, "pyproject.toml", 'd = [\n  "requests>=2",\n]\n', "d = [\n]\n"),
    Case(HTTPX, "requirements.txt", "requests==2.31\n"),
    Case(HTTPX, "src/b.py", "import requests\n", elsewhere="import requests\n"),
    Case(a_record("Use httpx instead of requests"), "src/a.py", "import requests\n"),
    Case(a_record("Replace Celery with Dramatiq"), "src/a.py", "from celery import task\n"),
    Case(a_record("PostgreSQL over MongoDB"), "src/a.py", "import pymongo\n"),
    Case(a_record("Migrate from Moment.js to date-fns"), "web/a.ts", "import m from 'moment'\n"),
    Case(a_record("Drop lodash"), "package.json", '{\n  "lodash": "^4.0.0"\n}\n', "{\n}\n"),
    Case(
        a_record("Web", "We must not use gin or echo."),
        "cmd/a.go",
        'import (\n\t"github.com/gin-gonic/gin"\n)\n',
    ),
    Case(KAFKA, "src/a.py", "from kafka import KafkaProducer\n"),
    Case(KAFKA, "package.json", '{\n  "kafkajs": "^2.0.0"\n}\n', "{\n}\n"),
    Case(
        a_record("Jobs", "They run in cron.", "Use the Sidekiq gem."), "Gemfile", "gem 'sidekiq'\n"
    ),
    Case(a_record("Cache", "In process.", "Redis."), "docker-compose.yml", "  image: redis:7\n"),
    Case(LAYERS, "src/domain/a.py", "from infra.db import x\n"),
    Case(ONLY, "src/api/a.py", "import sqlalchemy\n"),
    Case(CLOSED, "src/legacy/new.py", "x = 1\n"),
    Case(FROZEN, "src/api/v1/a.py", "x = 2\n", "x = 1\n"),
    Case(SLEEP, "src/a.py", "import time\n\ntime.sleep(1)\n", "import time\n"),
    Case(
        a_record("Tests", "Tests use pytest, not unittest."), "tests/test_a.py", "import unittest\n"
    ),
]

INNOCENT = [
    Case(HTTPX, "src/a.py", "import httpx\n", "import requests\n"),
    Case(HTTPX, "src/a.py", "import os\nimport requests\n", "import requests\n"),
    Case(HTTPX, "src/a.py", "# import requests\nname = 'requests'\n"),
    Case(HTTPX, "src/a.py", '"""No:\n\nimport requests\n"""\n'),
    Case(HTTPX, "docs/http.md", "import requests\n"),
    Case(HTTPX, "poetry.lock", 'name = "requests"\n'),
    Case(HTTPX, "vendor/x/a.py", "import requests\n"),
    Case(HTTPX, "src/a.py", "import requests_mock\n"),
    Case(HTTPX, "tests/test_a.py", "import requests\n"),
    Case(HTTPX.replace("Accepted", "Proposed"), "src/a.py", "import requests\n"),
    Case(HTTPX.replace("Accepted", "Superseded"), "src/a.py", "import requests\n"),
    Case(KAFKA, "src/b.py", "import kafka\n", elsewhere="import kafka\n"),
    Case(KAFKA, "src/kafka_names.py", "KAFKA = 'kafka'\n"),
    Case(a_record("Events", "They go through Kafka.", "Kafka Streams."), "a.py", "import kafka\n"),
    Case(a_record("Money", "Do not use float for money."), "src/a.py", "import float\n"),
    Case(LAYERS, "src/infra/a.py", "from infra.db import x\n"),
    Case(ONLY, "src/db/a.py", "import sqlalchemy\n"),
    Case(CLOSED, "src/legacy/old.py", "x = 2\n", "x = 1\n"),
    Case(CLOSED, "src/legacy_two/new.py", "x = 1\n"),
    Case(FROZEN, "src/api/v2/a.py", "x = 2\n", "x = 1\n"),
    Case(SLEEP, "src/a.py", "  time.sleep(2)\n", "time.sleep(2)\n"),
    Case(SLEEP, "src/a.py", "my_time.sleep(1)  # not time.sleep(1)\n"),
]


def held_against(workshop: Workshop, case: Case) -> Guarded:
    workshop.write(RECORD, case.record)
    if case.before:
        workshop.write(case.path, case.before)
    if case.elsewhere:
        workshop.write("src/elsewhere.py", case.elsewhere)
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Before")
    workshop.write(case.path, case.after)
    workshop.git("add", "--all")
    repository = Repository.open(workshop.root)
    assert repository is not None
    change = staged(repository)
    return held(change, list(recorded(change, ()).values()))


@pytest.mark.parametrize("case", CONTRADICTIONS, ids=lambda case: f"{case.path}:{case.after!r:.40}")
def test_a_line_that_goes_against_a_decision_is_told(workshop: Workshop, case: Case) -> None:
    found = held_against(workshop, case)

    (contradiction,) = found.contradictions
    assert contradiction.path == case.path
    assert contradiction.text == case.after.splitlines()[contradiction.line - 1].strip()
    assert contradiction.binding.path == RECORD
    assert contradiction.binding.line_of(contradiction.ban.sentence) is not None


@pytest.mark.parametrize("case", INNOCENT, ids=lambda case: f"{case.path}:{case.after!r:.40}")
def test_what_only_looks_like_it_is_not_told(workshop: Workshop, case: Case) -> None:
    assert held_against(workshop, case).contradictions == ()


def test_a_change_that_supersedes_the_record_goes_against_nothing(workshop: Workshop) -> None:
    workshop.write(RECORD, HTTPX)
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Before")
    superseded = HTTPX.replace("Accepted", "Superseded by [8](0008-requests.md)")
    case = Case(superseded, "src/a.py", "import requests\n")

    assert held_against(workshop, case).contradictions == ()


def test_the_records_of_a_part_hold_for_that_part(workshop: Workshop) -> None:
    workshop.write("services/api/docs/adr/0001-http.md", HTTPX)
    inside = Case(a_record(), "services/api/a.py", "import requests\n")

    assert len(held_against(workshop, inside).contradictions) == 1
    outside = Case(a_record("Other"), "services/web/a.py", "import requests\n")
    workshop.git("commit", "--quiet", "--all", "--message", "Inside")
    assert held_against(workshop, outside).contradictions == ()


def test_what_another_decision_is_for_may_be_brought_in(workshop: Workshop) -> None:
    workshop.write("docs/adr/0009-kafka.md", a_record("Use Kafka for the audit log"))

    assert held_against(workshop, Case(KAFKA, "src/a.py", "import kafka\n")).contradictions == ()


@pytest.mark.anyio
async def test_a_decision_that_only_memory_has_is_guarded_too(workshop: Workshop) -> None:
    workshop.write("src/a.py", "import os\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Before")
    workshop.write("src/a.py", "import os\nimport requests\n")
    workshop.git("add", "--all")
    text = "---\nstatus: accepted\n---\n# HTTP\n\n## Decision Outcome\n\nUse httpx, not requests.\n"

    async with workshop.open() as project:
        await new_decision(project, NewDecision(parse(text, "0001-http.md")))
        found = await guard(project)

    (contradiction,) = found.contradictions
    assert (contradiction.line, contradiction.binding.path) == (2, "")
    assert contradiction.binding.memory_id


@pytest.mark.anyio
async def test_a_model_may_say_what_it_thinks_but_takes_nothing_away(workshop: Workshop) -> None:
    held_against(workshop, CONTRADICTIONS[0])
    opinion = {"finding": 0, "contradicts": False, "why": "It is\nfine.\x1b[31m"}
    model = ScriptedProvider([json.dumps({"opinions": [opinion, {"finding": "x"}]}), "no JSON"])

    async with workshop.open(provider=model) as project:
        found = await guard(project)
        first = await with_opinions(project, found.contradictions)
        second = await with_opinions(project, found.contradictions)

    assert [each.opinion.startswith("looks like no contradiction: It is fine.") for each in first]
    assert [each.opinion for each in second] == [""]
    assert len(first) == len(second) == len(found.contradictions) == 1


@pytest.mark.anyio
async def test_without_git_or_a_commit_of_that_name_it_says_so(workshop: Workshop) -> None:
    async with workshop.open() as project:
        with pytest.raises(InvalidValue, match="No commit here is called nope"):
            await guard(project, "nope")
    (workshop.root / ".git").rename(workshop.root / "no-git")

    async with workshop.open() as project:
        with pytest.raises(UsageError, match="no git repository"):
            await guard(project)
