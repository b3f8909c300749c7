import subprocess

from featherchat.code.blobs import read_blobs
from featherchat.code.repository import Repository
from tests.code.conftest import MakeRepository


def test_blobs_are_read_by_id_and_by_path_but_for_missing_and_large_ones(
    a_repository: MakeRepository,
) -> None:
    folder = a_repository(files={"a.py": "1\n", "b c.py": "2\n\n", "big.py": "3" * 99})
    repository = Repository.open(folder)
    assert repository is not None
    said = subprocess.run(
        ["git", "-C", str(folder), "rev-parse", "HEAD:a.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    blob = said.stdout.strip()

    found = read_blobs(
        repository, [blob, "HEAD:b c.py", "HEAD:none blob", "HEAD:big.py", "0" * 40, "HEAD:"], 50
    )

    assert found == {blob: b"1\n", "HEAD:b c.py": b"2\n\n"}
