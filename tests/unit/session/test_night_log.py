from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from adaptive.session.explain import explain_log
from adaptive.session.night_log import NightLog, seed_of_day
from adaptive.site.hours_table import HoursTable


def line(t: float, kind: str = "health", **more: Any) -> dict[str, Any]:
    known = {"frame": round(t * 48000), "t": t, "position": "1.1.0", "section_position": "1.1.0"}
    return {**known, "kind": kind, "reason": "rain: silent for 5 s", **more}


class Night:
    """A log with a clock that is set by hand."""

    def __init__(self, folder: Path, **limits: int) -> None:
        self.now, self.told = datetime.datetime.fromisoformat("2026-11-30T23:59:50+01:00"), list[str]()
        self.log = NightLog(folder, self.told.append, lambda: self.now, **limits)

    def take(self, t: float, kind: str = "health") -> None:
        self.log.take_line(line(t, kind))
        self.now += datetime.timedelta(seconds=10)


def test_a_night_is_read_in_the_morning_by_the_time_of_the_day(tmp_path: Path) -> None:
    night = Night(tmp_path)
    for step in range(6):
        night.take(10.0 * step)
        night.take(10.0 * step, "note")  # left out, but time passes
    night.log.end_file()
    (path,) = tmp_path.iterdir()
    with path.open("a", encoding="utf-8") as file:
        file.write('{"frame": 12, "t": 60.0, "ki')  # the power was cut
    told = list(explain_log(tmp_path))
    found = list(explain_log(path, "0:00:30"))

    assert path.name == "000001_2026-11-30_235950.jsonl"
    assert told[0] == "2026-11-30 23:59:50  0:00.000  health: rain: silent for 5 s"
    assert len(told) == 6
    assert found[-1].startswith("2026-12-01 00:00:30  0:20.000")


def test_the_log_is_bounded_in_size_and_files(tmp_path: Path) -> None:
    night = Night(tmp_path, largest=1000, most=3)
    for step in range(100):
        night.take(float(step))
    files = sorted(tmp_path.iterdir())

    assert len(files) == 3
    assert all(path.stat().st_size <= 1000 for path in files)
    assert json.loads(files[-1].read_text(encoding="utf-8").splitlines()[-1])["t"] == 99.0


def test_another_timeline_and_another_start_begin_another_file(tmp_path: Path) -> None:
    night = Night(tmp_path)
    night.take(5.0)
    night.log.end_file()
    night.take(1.0)
    Night(tmp_path).take(0.0)

    assert [path.name[:6] for path in sorted(tmp_path.iterdir())] == ["000001", "000002", "000003"]


def test_a_folder_that_cannot_be_written_is_told_once_and_the_music_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    night = Night(tmp_path / "file")
    night.take(0.0)
    night.take(1.0)

    assert len(night.told) == 1
    assert "the log ends here, the music goes on" in night.told[0]


def test_the_seed_of_the_day_is_the_date_in_the_zone_of_the_place() -> None:
    hours = HoursTable("10:00", "18:00", "Pacific/Auckland")
    now = datetime.datetime.fromisoformat("2026-11-30T23:00:00+00:00")

    assert seed_of_day(hours, lambda: now) == 20261201
