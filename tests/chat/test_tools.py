"""What the model may call: inside the project, bounded, never a secret."""

from collections.abc import AsyncIterator

import pytest

from featherchat.chat.tools import MAX_LINES, MAX_MATCHES, MAX_RESULT, TOOLS, Toolbox
from featherchat.commands import memories as verbs
from featherchat.messages import ToolCall, ToolResult
from tests.workshop import Workshop

pytestmark = pytest.mark.anyio

KEY = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH1234"


@pytest.fixture
async def toolbox(workshop: Workshop) -> AsyncIterator[Toolbox]:
    async with workshop.open() as project:
        await verbs.remember(project, "We chose PostgreSQL over MongoDB.", kind="decision")
        yield Toolbox(project.root, project.files, project.retriever, project.memories.redacted)


async def run(toolbox: Toolbox, name: str, **arguments: object) -> ToolResult:
    return await toolbox.run(ToolCall("c1", name, arguments))


async def test_every_tool_reads_and_says_what_it_takes() -> None:
    assert [tool.name for tool in TOOLS] == ["read_file", "grep", "search_memory"]
    assert all(tool.schema["additionalProperties"] is False for tool in TOOLS)


async def test_a_file_comes_with_its_line_numbers(workshop: Workshop, toolbox: Toolbox) -> None:
    workshop.write("src/pool.py", "one\ntwo\nthree\n")

    result = await run(toolbox, "read_file", path="src/pool.py", start=2, end=2.0)

    assert (result.call_id, result.is_error) == ("c1", False)
    assert result.text == "    2 two\n… 1 more lines"


async def test_a_long_file_is_read_in_parts(workshop: Workshop, toolbox: Toolbox) -> None:
    workshop.write("long.txt", "".join(f"line {number}\n" for number in range(1, 1_001)))

    first = await run(toolbox, "read_file", path="long.txt")
    last = await run(toolbox, "read_file", path="long.txt", start=1_000)

    assert len(first.text.splitlines()) == MAX_LINES + 1
    assert last.text == " 1000 line 1000"


async def test_a_result_is_bounded_and_says_so(workshop: Workshop, toolbox: Toolbox) -> None:
    workshop.write("wide.txt", "x" * 50_000)

    result = await run(toolbox, "read_file", path="wide.txt")

    assert len(result.text) < MAX_RESULT + 20
    assert result.text.endswith("cut here")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../outside.txt", "outside the project"),
        ("/etc/passwd", "outside the project"),
        ("link.txt", "outside the project"),
        (".git/config", "git's own folder"),
        (".env", "may hold secrets"),
        ("picture.png", "is not text"),
        ("nowhere.txt", "no longer there"),
        ("src", "not a regular file"),
        ("a\0b", "not a usable path"),
        ("empty.txt", ""),
    ],
)
async def test_what_may_not_be_read_is_refused_with_the_reason(
    workshop: Workshop, toolbox: Toolbox, path: str, reason: str
) -> None:
    (workshop.root.parent / "outside.txt").write_text("not yours")
    (workshop.root / "link.txt").symlink_to("../outside.txt")
    workshop.write(".env", "PASSWORD=hunter22")
    workshop.write("picture.png", b"\x89PNG\0")
    workshop.write("src/pool.py", "")
    workshop.write("empty.txt", "")

    result = await run(toolbox, "read_file", path=path)

    assert reason in result.text
    assert result.is_error == bool(reason)
    assert "not yours" not in result.text
    assert "hunter22" not in result.text


async def test_a_line_that_is_not_there_is_named(workshop: Workshop, toolbox: Toolbox) -> None:
    workshop.write("short.txt", "one\n")

    result = await run(toolbox, "read_file", path="short.txt", start=9)

    assert result.is_error
    assert "only 1 lines" in result.text


async def test_a_secret_in_a_file_is_redacted(workshop: Workshop, toolbox: Toolbox) -> None:
    workshop.write("settings.py", f'KEY = "{KEY}"\n')

    read = await run(toolbox, "read_file", path="settings.py")
    found = await run(toolbox, "grep", text="KEY")

    assert KEY not in read.text + found.text
    assert "[redacted:" in read.text
    assert "[redacted:" in found.text


async def test_grep_finds_lines_by_text_and_glob(workshop: Workshop, toolbox: Toolbox) -> None:
    workshop.write("src/a.py", "x = 1\nPool = 2\n")
    workshop.write("docs/a.md", "The pool.\n")
    workshop.write(".gitignore", "build/\n")
    workshop.write("build/a.py", "pool\n")

    everywhere = await run(toolbox, "grep", text="pool")
    in_python = await run(toolbox, "grep", text="pool", glob="src/*.py")
    nowhere = await run(toolbox, "grep", text="lagoon")

    assert everywhere.text.splitlines() == ["docs/a.md:1: The pool.", "src/a.py:2: Pool = 2"]
    assert in_python.text == "src/a.py:2: Pool = 2"
    assert nowhere.text == "No line has that text."


async def test_grep_is_bounded(workshop: Workshop, toolbox: Toolbox) -> None:
    workshop.write("many.txt", "pool\n" * 500)

    found = await run(toolbox, "grep", text="pool")
    empty = await run(toolbox, "grep", text="  ")

    assert len(found.text.splitlines()) == MAX_MATCHES + 1
    assert empty.is_error


async def test_memory_can_be_asked(toolbox: Toolbox) -> None:
    found = await run(toolbox, "search_memory", question="Why PostgreSQL over MongoDB?")
    nothing = await run(toolbox, "search_memory", question="Who feeds the zebra?")

    assert "We chose PostgreSQL" in found.text
    assert "[m:" in found.text
    assert nothing.text == "No relevant memory."


async def test_a_tool_that_does_not_exist_is_an_error_for_the_model(toolbox: Toolbox) -> None:
    result = await run(toolbox, "rm", path="/")

    assert result.is_error
    assert "There is no tool rm" in result.text


async def test_mentions_are_attached_once_and_words_stay_words(
    workshop: Workshop, toolbox: Toolbox
) -> None:
    workshop.write("src/pool.py", "SIZE = 5\n")
    workshop.write("Makefile", "all:\n")

    found = await toolbox.attachments(
        "See @src/pool.py, @./src/pool.py and @Makefile. Ask @ada or me@Makefile about @../x."
    )

    assert [attachment.path for attachment in found] == ["src/pool.py", "Makefile"]
    assert "SIZE = 5" in found[0].text


async def test_a_call_that_does_not_fit_is_answered_and_not_run(toolbox: Toolbox) -> None:
    call = ToolCall("c1", "read_file", {"path": 3}, "The arguments do not fit: $.path.")

    result = await toolbox.run(call)

    assert result == ToolResult("c1", "The arguments do not fit: $.path.", is_error=True)
