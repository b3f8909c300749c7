"""Native libraries that do not bear each other in every order."""

import subprocess
import sys


def test_a_process_can_search_a_graph_first_and_embed_a_text_then() -> None:
    script = (
        "import numpy, tempfile, pathlib\n"
        "from featherchat.store.neighbors import Neighbors\n"
        "from featherchat.embedders.base import Purpose\n"
        "from featherchat.embedders.local import LocalEmbedder\n"
        "from featherchat.clock import SystemClock\n"
        "from featherchat.store.sqlite import SqliteStore\n"
        "folder = pathlib.Path(tempfile.mkdtemp())\n"
        "store = SqliteStore.open(folder / 'memory.feather', None, SystemClock())\n"
        "graph = Neighbors(store.path, None)\n"
        "graph.build('test@4', 4, 1, '')\n"
        "graph.wait()\n"
        "print(LocalEmbedder().embed(['A text.'], Purpose.DOCUMENT).shape)\n"
        "store.close()\n"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (0, "(1, 384)\n"), done.stderr
