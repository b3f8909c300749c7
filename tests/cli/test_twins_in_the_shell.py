"""What is said twice, or nearly, as a shell and a program see it."""

import json

from tests.cli.conftest import Shell
from tests.workshop import Workshop


def test_show_names_everyone_who_said_it(shell: Shell, workshop: Workshop) -> None:
    for path in ("docs/a.md", "docs/b.md"):
        workshop.write(path, "# Cache\n\nSessions live in Redis, with appendonly on.\n")
    shell("init")
    found = json.loads(shell("search", "appendonly", "--json").out.splitlines()[0])

    shown = shell("show", found["id"])

    assert [source["path"] for source in found["sources"]] == ["docs/a.md", "docs/b.md"]
    assert "from docs/a.md:3" in shown.out
    assert "also from docs/b.md:3" in shown.out
