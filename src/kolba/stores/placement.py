"""Where a state file may be: on a disk of this host, in a folder that can be written.

SQLite's locks and its write-ahead log need a file system of one host. On a
network one they fail silently, which here would mean lost sessions.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kolba.errors import ConfigError

NETWORK = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ceph",
        "lustre",
        "beegfs",
        "gpfs",
        "ocfs2",
        "gfs2",
        "davfs",
        "vboxsf",
        "prl_fs",
        "vmhgfs",
        "fuse.sshfs",
        "fuse.glusterfs",
        "fuse.s3fs",
        "fuse.rclone",
        "fuse.gcsfuse",
        "fuse.vmhgfs-fuse",
        "fuse.mount-s3",
        "fuse.cephfs",
        "fuse.juicefs",
        "fuse.blobfuse2",
    ]
)
PASSING = frozenset({"overlay", "tmpfs", "ramfs", "aufs"})
"""File systems that end with the container, or with the power."""

_MOUNTS = "/proc/self/mountinfo"


@dataclass(frozen=True, slots=True)
class Place:
    """A file, and the file system that it is on ('' if this system does not tell)."""

    path: Path
    filesystem: str

    @property
    def passing(self) -> bool:
        """Whether what is kept there ends with the container or with the power."""
        return self.filesystem in PASSING


def fit(path: Path) -> Place:
    """The place of a state file, its folder made if only that is missing.

    Raises:
        ConfigError: a state file cannot be there.
    """
    path = Path(os.path.abspath(path))
    _check_name(path)
    _make_folder(path)
    if path.exists() and not path.is_file():
        raise _unfit(path, "it is not a file")
    filesystem = filesystem_of(path.parent.resolve())
    if filesystem in NETWORK:
        raise _unfit(
            path, f"it is on a network file system ({filesystem}), where SQLite loses data"
        )
    _try(path)
    return Place(path, filesystem)


def filesystem_of(folder: Path) -> str:
    """The type of the file system that a folder is on, as Linux calls it; else ''."""
    try:
        mounts = Path(_MOUNTS).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
    found: dict[str, str] = {}
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        found[_unescape(left.split()[4])] = right.split()[0]
    for parent in (folder, *folder.parents):
        if filesystem := found.get(str(parent)):
            return filesystem
    return ""


def _unescape(mount: str) -> str:
    """Spaces and the like are octal there (proc(5))."""
    return re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), mount)


def _check_name(path: Path) -> None:
    """See that files of such names, it and those beside it, can be there at all."""
    if "\0" in str(path):
        raise _unfit(path, "no file can have that name")
    try:
        path.with_name(f"{path.name}-stamps").lstat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise _unfit(path, f"it cannot be there ({error.strerror})") from None


def _make_folder(path: Path) -> None:
    """Make the folder itself, for its owner alone, but no folders above it."""
    folder = path.parent
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        raise _unfit(path, f"there is no folder {folder}")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise _unfit(path, f"the folder {folder} cannot be made ({error.strerror})") from None


def _try(path: Path) -> None:
    """See that the file, and the files beside it, can be written."""
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
        if path.exists():
            with path.open("r+b"):
                pass
    except OSError as error:
        raise _unfit(path, f"it cannot be written ({error.strerror})") from None


def _unfit(path: Path, why: str) -> ConfigError:
    return ConfigError(
        f"the state file cannot be {path}: {why}. Name a file on a local disk that this user can "
        'write, in a folder that exists: KOLBA_STATE = "sqlite:////var/lib/shop/kolba.sqlite3" '
        "(four slashes: an absolute path)"
    )
