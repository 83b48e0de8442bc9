from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.instruments.versioned_file import VersionedFile


def test_it_stays_open_until_it_is_closed_or_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"before")
    status = path.stat()
    file = VersionedFile(path, (status.st_mtime_ns, status.st_size), lambda one: one.open("rb"))
    first = file.opened()

    assert file.opened() is first
    file.close()
    assert first.closed
    second = file.opened()
    path.write_bytes(b"after it")
    with pytest.raises(OSError, match="the file has changed"):
        file.opened()
    assert second.closed
