"""What lies in which layer, how much of it, and who can see it."""

import pytest

from featherchat.commands import health
from featherchat.commands import memories as verbs
from featherchat.commands.layers import layers_of, own_store
from featherchat.commands.slash import parse_line, run_line
from featherchat.memory import Layer
from tests.workshop import Workshop

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def ada(workshop: Workshop) -> None:
    workshop.git("config", "user.email", "ada@example.org")


async def test_each_layer_has_its_count_its_file_and_who_sees_it(workshop: Workshop) -> None:
    async with workshop.open() as project:
        for kind in ("architecture", "decision", "bug_fix", "preference"):
            await verbs.remember(project, f"The feathers are blue, says a {kind}.", kind=kind)

        found = {each.layer: each for each in await layers_of(project)}
        where = await run_line(project, parse_line("/where"))

    assert {layer: each.count for layer, each in found.items()} == {
        Layer.PROJECT: 1,
        Layer.DECISION: 2,
        Layer.DEVELOPER: 1,
        Layer.EPISODE: 0,
    }
    private = found.pop(Layer.DEVELOPER)
    assert private.store == workshop.places.developer_store
    assert private.note == "1 memory, private: seen by you alone (ada@example.org)"
    assert {each.store for each in found.values()} == {project.memories.path}
    assert all(each.seen_by.startswith("shared") for each in found.values())
    assert "- preferences: 1 memory, private" in where


async def test_joined_addresses_are_named(workshop: Workshop) -> None:
    workshop.configure('[developer]\nemails = ["a@home.example", "ada@example.org"]\n')

    async with workshop.open() as project:
        found = {each.layer: each.seen_by for each in await layers_of(project)}

    assert "(a@home.example, ada@example.org)" in found[Layer.DEVELOPER]


async def test_the_developers_own_store_is_checked_like_the_projects(workshop: Workshop) -> None:
    async with workshop.open() as project:
        before = await own_store(project)
        await verbs.remember(project, "Prefers tabs.", kind="preference")
        after = await own_store(project)
    place = workshop.places.developer_store
    place.write_bytes(b"no store")
    async with workshop.open() as project:
        harmed = next(each for each in await health.doctor(project) if each.name == "your own")

    assert (before.well, after.well, harmed.well) == (True, True, False)
    assert "first preference" in before.detail
    assert "ok; 1 of yours" in after.detail
    assert harmed.hint == "Move that file away."
