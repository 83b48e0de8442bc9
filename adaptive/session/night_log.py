"""``--log``: the decision log of a session that runs for weeks, in files that are bounded and tell the time.

Every line has `at`, the wall time; notes and the values of parameters are left out.
A file has one timeline: after `load` or `restore` another one begins.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import re
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from adaptive.conductor.log import Line
from adaptive.site.hours_table import HoursTable

LARGEST_FILE = 8_000_000
MOST_FILES = 16
"""Bytes of one file, and files: together 128 MB, some months of decisions."""

LEFT_OUT = frozenset({"note", "bar", "parameter"})
"""Kinds of lines that come several times a second."""

_NAME = re.compile(r"([0-9]{6})_.*\.jsonl")


def wall_now() -> datetime.datetime:
    """The present wall time, with its distance from UTC."""
    return datetime.datetime.now().astimezone()


def seed_of_day(hours: HoursTable | None, now: Callable[[], datetime.datetime] = wall_now) -> int:
    """The present date as a number, in the zone of the place, else of the machine: ``seed = "day"``."""
    zone = None if hours is None or hours.timezone is None else zoneinfo.ZoneInfo(hours.timezone)
    return int(f"{now().astimezone(zone):%Y%m%d}")


class NightLog:
    """Writes the decisions of a session into a folder.

    Parameters
    ----------
    folder : Path
        Created if it does not exist.
    tell : callable
        Is given one sentence if the log ends before the music.
    now : callable
        The wall time.
    largest, most : int
        Bytes of one file, and files that are kept.
    """

    def __init__(
        self,
        folder: Path,
        tell: Callable[[str], None],
        now: Callable[[], datetime.datetime] = wall_now,
        largest: int = LARGEST_FILE,
        most: int = MOST_FILES,
    ) -> None:
        self._folder, self._tell, self._now = folder, tell, now
        self._largest, self._most = largest, most
        self._file: TextIO | None = None
        self._bytes = 0
        self._is_broken = False

    def take_line(self, line: Line) -> None:
        """Keep a line of the decision log."""
        if self._is_broken or line["kind"] in LEFT_OUT:
            return
        at = self._now().isoformat(timespec="milliseconds")
        text = json.dumps({**line, "at": at}, ensure_ascii=False) + "\n"
        try:
            if self._file is None or self._bytes + len(text) > self._largest:
                self._begin_file()
            assert self._file is not None
            self._file.write(text)
            self._bytes += len(text.encode("utf-8", "replace"))
        except OSError as error:
            self._is_broken = True
            self.end_file()
            self._tell(f"{self._folder}: the log ends here, the music goes on: {error.strerror or error}")

    def end_file(self) -> None:
        """End the present file: what follows has another timeline, or there is no more."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
        self._file = None

    def _begin_file(self) -> None:
        self.end_file()
        self._folder.mkdir(parents=True, exist_ok=True)
        known = sorted(path for path in self._folder.iterdir() if _NAME.fullmatch(path.name))
        for path in known[: max(0, len(known) + 1 - self._most)]:
            path.unlink()
        number = int(known[-1].name[:6]) + 1 if known else 1
        path = self._folder / f"{number:06}_{self._now():%Y-%m-%d_%H%M%S}.jsonl"
        self._file = path.open("w", encoding="utf-8", errors="replace", buffering=1)
        self._bytes = 0
