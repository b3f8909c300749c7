"""What two documents say, or a document and a person: one memory that none of them takes along."""

import pytest

from featherchat.commands import memories as verbs
from featherchat.memory import Memory
from tests.workshop import Workshop, learn, living

pytestmark = pytest.mark.anyio

SHARED = "Sessions live in Redis, with appendonly on."


def page(text: str) -> str:
    return f"# Cache\n\n{text}\n"


def said_by(memory: Memory) -> list[str]:
    return [each.path or each.author for each in (memory.source, *memory.sources)]


async def test_a_page_that_changes_leaves_what_another_still_says(workshop: Workshop) -> None:
    workshop.write("docs/a.md", page(SHARED))
    workshop.write("docs/b.md", page(SHARED))
    async with workshop.open() as project:
        await learn(project)
        before = said_by((await living(project))[SHARED])
        workshop.write("docs/a.md", page("Sessions live in Valkey."))

        await learn(project)

        after = await living(project)
        assert before == ["docs/a.md", "docs/b.md"]
        assert said_by(after[SHARED]) == ["docs/b.md"]
        assert said_by(after["Sessions live in Valkey."]) == ["docs/a.md"]


async def test_a_page_that_comes_to_say_what_another_says_joins_it(workshop: Workshop) -> None:
    workshop.write("docs/a.md", page(SHARED))
    workshop.write("docs/b.md", page("Sessions live in Valkey."))
    async with workshop.open() as project:
        await learn(project)
        workshop.write("docs/b.md", page(SHARED))

        await learn(project)
        again = await learn(project)

        found = await living(project)
        assert list(found) == [SHARED]
        assert said_by(found[SHARED]) == ["docs/a.md", "docs/b.md"]
        assert (again.new, again.changed, again.retired) == (0, 0, 0)


async def test_what_a_person_said_first_stays_theirs_whatever_a_page_does(
    workshop: Workshop,
) -> None:
    workshop.write("docs/a.md", page(SHARED))
    async with workshop.open() as project:
        await verbs.remember(project, SHARED, kind="overview")
        said: list[list[str]] = []
        for text in (SHARED, f"{SHARED}\n\nAnd more.", SHARED, "Something else."):
            workshop.write("docs/a.md", page(text))
            await learn(project)
            said.append(said_by((await living(project))[SHARED]))
        (workshop.root / "docs/a.md").unlink()
        await learn(project)

        found = await living(project)
        assert said == [["user", "docs/a.md"], ["user"], ["user", "docs/a.md"], ["user"]]
        assert {text: said_by(memory) for text, memory in found.items()} == {SHARED: ["user"]}


async def test_a_shared_page_that_moves_is_said_where_it_lies_now(workshop: Workshop) -> None:
    workshop.write("docs/a.md", page(SHARED))
    async with workshop.open() as project:
        await learn(project)
        (memory_id,) = [memory.id for memory in (await living(project)).values()]
        (workshop.root / "docs/a.md").rename(workshop.root / "docs/b.md")

        await learn(project)

        (memory,) = (await living(project)).values()
        assert (memory.id, said_by(memory)) == (memory_id, ["docs/b.md"])
