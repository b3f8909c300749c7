"""Which file a path means, and where it lies: behind a link, or on another machine.

On another machine SQLite's write-ahead log is not safe: its index is memory that all
processes share, and two machines share none.
"""

import os
import subprocess
import sys
from pathlib import Path

_REMOTE = frozenset(
    "nfs nfs4 cifs smb smb2 smb3 smbfs 9p afs afpfs webdav ceph glusterfs lustre beegfs gpfs"
    " virtiofs vboxsf drvfs".split()
)
_ESCAPES = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}
_LINUX_TABLE = Path("/proc/self/mounts")


def remote_type(path: Path, table: str) -> str:
    """The type of the network file system that a path lies on, such as nfs4; empty if on none.

    Args:
        path: Absolute; what does not exist yet lies where its folder does.
        table: One mount a line: ``device point type …`` as Linux writes it, or
            ``device on point (type, …)`` as macOS does.
    """
    place = os.path.realpath(path)
    kind, longest = "", -1
    for line in table.splitlines():
        point, found = _mount(line)
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        # At the same point, the later mount hides the earlier one.
        if point and inside and len(point) >= longest:
            kind, longest = found, len(point)
    return kind if kind in _REMOTE or kind.startswith("fuse") else ""


def behind_link(path: Path) -> Path:
    """The file that a link leads to: SQLite opens none, and keeps its log beside the file itself."""
    return path.resolve() if path.is_symlink() and path.exists() else path


def identity(path: Path) -> tuple[int, int]:
    """What tells a file from another one at the same path."""
    found = path.stat()
    return found.st_dev, found.st_ino


def mount_table() -> str:
    """What is mounted here; empty where the system does not say."""
    try:
        if sys.platform == "darwin":
            return subprocess.run(["/sbin/mount"], capture_output=True, text=True).stdout
        return _LINUX_TABLE.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def _mount(line: str) -> tuple[str, str]:
    """The point and the type of one line; empty if it is none."""
    _, separator, rest = line.partition(" on ")
    if separator and rest.endswith(")"):
        point, _, options = rest.rpartition(" (")
        return point, options.removesuffix(")").split(",")[0].strip()
    fields = line.split(" ")
    if len(fields) < 3:
        return "", ""
    point = fields[1]
    for escape, character in _ESCAPES.items():
        point = point.replace(escape, character)
    return point, fields[2]
