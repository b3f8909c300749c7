import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import os, sys
from pathlib import Path
from featherchat_tui.quiet import native_noise_in

with native_noise_in(Path(sys.argv[1])):
    os.write(2, b"noise of a library\\n")
    sys.__stderr__.write("the screen\\n")
os.write(2, b"after\\n")
sys.__stderr__.write("as before\\n")
"""


def test_noise_goes_into_the_log_and_the_screen_to_the_terminal(tmp_path: Path) -> None:
    log = tmp_path / "featherchat.log"
    paths = os.pathsep.join(path for path in sys.path if path)

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(log)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": paths},
    )

    assert log.read_text() == "noise of a library\n"
    assert log.stat().st_mode & 0o777 == 0o600
    assert done.stderr == "the screen\nafter\nas before\n"
