"""Measures offline speed, start-up time and memory of whole programs, and many of our engines at once."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers import figures, tables, tools, works
from benchmarks.peers.peer import Command
from benchmarks.peers.side_by_side import PEERS, pin, unpin
from benchmarks.peers.watched import Watched, watch

REPEATS, BLOCK_FRAMES = 3, 64
LITTLE_S, LONG_S = 0.2, 120.0
FEW, SOME, MANY = 8, 32, 128
HELD_S = {FEW: 200.0, MANY: 30.0}
"""Seconds of audio for the measurement of memory: the stems must be loaded in the first half of the run."""

ENGINES, ENGINES_S = (1, 20, 50), 6.0
TOO_SLOW = {"NumPy, naive"}
INTRODUCTION = f"""*Start*: wall-clock seconds to start the program, load {FEW} stems of
{works.STEM_SECONDS} s, play 0.2 s of them and end.
*Offline*: two minutes of {SOME} stems, measured from the start of the program to its end, as a multiple of
real time.
*A minute*: the memory of one minute of a stereo stem, from the difference between {FEW} and {MANY} stems (as
32-bit floats it is at least 23 MB).
*Without stems*: the memory of the program without stems; the next table has several engines in one process.
All programs ran on one core, alternating, {REPEATS} times; the figures are median and range.
miniaudio, OpenAL and NumPy generate their stems instead of decoding files; scsynth writes its output to disk.
"""
MANY_INTRODUCTION = f"""Several engines play *nightfall* for {ENGINES_S:.0f} s, with their conductors and
composers, on one thread of one process.
A round is one control step of 256 frames of each engine; it is late if it takes longer than the 5.33 ms that
256 frames last.
The engines share the decoded stems.
All reach their bar lines in the same round, which is the worst case.
"""


def measure_all() -> Iterator[dict[str, object]]:
    """Measure and yield the rows of programs, then those of our engines."""
    yield from _programs()
    allowed = pin()
    try:
        for count in ENGINES:
            yield _engines(count)
    finally:
        unpin(allowed)


def _ours(work: works.Work, _folder: Path, seconds: float) -> list[str]:
    files = map(str, tools.stem_files(work.count))
    script = str(tools.HERE / "scripts" / "our_stems.py")
    return [sys.executable, script, str(work.count), str(work.block_frames), str(seconds), *files]


def _programs() -> Iterator[dict[str, object]]:
    commands: dict[str, Command] = {tables.OURS: _ours}
    for peer in PEERS:
        if peer.command is not None and peer.name not in TOO_SLOW and not peer.missing():
            commands[peer.name] = peer.command
    found: dict[str, dict[str, list[float]]] = {name: {} for name in commands}
    faults: dict[str, str] = {}
    for _ in range(REPEATS):
        for name, command in commands.items():
            try:
                for key, value in _once(command).items():
                    found[name].setdefault(key, []).append(value)
            except tools.PeerError as error:
                faults[name] = str(error)
    for name, values in found.items():
        yield {"peer": name, **values, **({"fault": faults[name]} if name in faults else {})}


def _once(command: Command) -> dict[str, float]:
    """Measure start-up time, offline speed and memory of one program."""
    start = _run(command, FEW, LITTLE_S)
    offline = _run(command, SOME, LONG_S)
    few, many = (_run(command, count, HELD_S[count]).megabytes for count in (FEW, MANY))
    stem_mb = (many - few) / (MANY - FEW)
    return {
        "start_s": start.wall_s,
        "offline_times": LONG_S / offline.wall_s,
        "minute_mb": stem_mb * 60.0 / works.STEM_SECONDS,
        "engine_mb": few - FEW * stem_mb,
    }


def _run(command: Command, count: int, seconds: float) -> Watched:
    work = works.Work(works.STEMS, count, BLOCK_FRAMES)
    with tempfile.TemporaryDirectory(dir=tools.build_folder()) as folder:
        return watch(command(work, Path(folder), seconds), {"ALSOFT_LOGLEVEL": "0"})


def _engines(count: int) -> dict[str, object]:
    words = [sys.executable, str(tools.HERE / "scripts" / "many_engines.py"), str(count), str(ENGINES_S)]
    rounds = [
        json.loads(tools.cpu_seconds(words, tools.SETTINGS)[1].splitlines()[-1]) for _ in range(REPEATS)
    ]
    return {"engines": count, **{key: [one[key] for one in rounds] for key in rounds[0]}}


def show(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the text of this part of the page."""
    columns = {"start_s": "start, s", "offline_times": "offline, times real time"}
    columns |= {"minute_mb": "a minute, MB", "engine_mb": "without stems, MB"}
    programs = [
        [row["peer"], *(figures.spread(row.get(key, [])) for key in columns), row.get("fault", "")]
        for row in rows
        if "peer" in row
    ]
    many = [row for row in rows if "engines" in row]
    parts = [INTRODUCTION, tables.markdown(["program", *columns.values(), "fault"], programs)]
    if many:
        parts += [MANY_INTRODUCTION, _engines_table(many)]
    return "\n".join(parts)


def _engines_table(rows: Sequence[Mapping[str, Any]]) -> str:
    columns = {"percent": "percent of a core", "times_real_time": "times real time"}
    columns |= {"late_percent": "late rounds, percent", "longest_ms": "longest round, ms"}
    columns["mb_an_engine"] = "memory an engine adds, MB"
    lines = []
    for row in rows:
        is_in_time = statistics.median(row["times_real_time"]) > 1.0
        cells = [figures.spread(row[key]) for key in columns]
        lines.append([str(row["engines"]), *cells, "yes" if is_in_time else "no"])
    return tables.markdown(["engines", *columns.values(), "keeps up on average"], lines)
