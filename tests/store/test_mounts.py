"""Which file system a path lies on, by the tables of both systems."""

from pathlib import Path

import pytest

from featherchat.store.mounts import mount_table, remote_type

LINUX = r"""
/dev/vda / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/export /home nfs4 rw,vers=4.2 0 0
/dev/sda1 /home/ada/local ext4 rw 0 0
//nas/team /mnt/the\040team cifs rw 0 0
C:\134 /mnt/c 9p rw,aname=drvfs 0 0
ada@host: /mnt/ssh fuse.sshfs rw 0 0
tmpfs /mnt/ssh tmpfs rw 0 0
"""
MACOS = """
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
//ada@nas/team on /Volumes/the team (smbfs, nodev, nosuid, mounted by ada)
server:/export on /Volumes/work on paper (nfs)
"""


@pytest.mark.parametrize(
    ("table", "path", "kind"),
    [
        (LINUX, "/var/lib/memory.feather", ""),
        (LINUX, "/home/ada/memory.feather", "nfs4"),
        (LINUX, "/homestead/memory.feather", ""),
        (LINUX, "/home/ada/local/memory.feather", ""),
        (LINUX, "/mnt/the team/memory.feather", "cifs"),
        (LINUX, "/mnt/c/Users/ada/memory.feather", "9p"),
        (LINUX, "/mnt/ssh/memory.feather", ""),
        (LINUX.replace("tmpfs /mnt/ssh", "tmpfs /mnt/other"), "/mnt/ssh/m.feather", "fuse.sshfs"),
        (MACOS, "/Users/ada/memory.feather", ""),
        (MACOS, "/Volumes/the team/memory.feather", "smbfs"),
        (MACOS, "/Volumes/work on paper/memory.feather", "nfs"),
        ("", "/anywhere", ""),
        ("nonsense\n on \n", "/anywhere", ""),
    ],
)
def test_the_deepest_and_last_mount_over_a_path_decides(table: str, path: str, kind: str) -> None:
    assert remote_type(Path(path), table) == kind


def test_a_link_leads_to_the_file_system_of_its_target(tmp_path: Path) -> None:
    (tmp_path / "remote").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "remote")
    table = f"/dev/vda / ext4 rw 0 0\nserver:/x {tmp_path.resolve()}/remote nfs rw 0 0\n"

    assert remote_type(tmp_path / "link" / "memory.feather", table) == "nfs"


def test_this_machine_says_what_is_mounted() -> None:
    assert " / " in mount_table()
