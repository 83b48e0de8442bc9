"""The work in miniaudio's engine, compiled from the header in the source package of the Python module."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.peers import tools, works
from benchmarks.peers.peer import Measure, Peer
from benchmarks.peers.works import Work

SOURCE = tools.HERE / "miniaudio_engine.c"
SECONDS = {8: 60.0, 32: 20.0, 128: 6.0}


def command(work: Work, _folder: Path, seconds: float) -> list[str]:
    """Compile the program; return its command line."""
    program = tools.compiled(SOURCE, ["-lm", "-lpthread", "-ldl"], tools.miniaudio_header())
    return [str(word) for word in (program, work.count, work.block_frames, seconds, works.STEM_RMS)]


def prepare(work: Work, folder: Path) -> Measure:
    """Compile the program; return the function that measures; the program times itself."""
    words = command(work, folder, SECONDS[work.count])
    return lambda: tools.share_printed(tools.cpu_seconds(words)[1])


def missing() -> str:
    """Return what to install if the compiler or the header is missing, else an empty string."""
    if not tools.has_program("gcc"):
        return "`apt-get install gcc libc6-dev`"
    return "" if tools.miniaudio_header() else f"`{tools.INSTALL}` ({tools.MINIAUDIO})"


def version() -> str:
    """Return the version in the header."""
    header = tools.miniaudio_header()
    text = "" if header is None else (header / "miniaudio.h").read_text(encoding="utf-8", errors="replace")
    numbers = re.findall(r"#define MA_VERSION_(?:MAJOR|MINOR|REVISION)\s+(\d+)", text)
    return f"miniaudio {'.'.join(numbers[:3])}, -O3 -march=native"


PEER = Peer(
    "miniaudio (C)",
    missing,
    version,
    prepare,
    {works.STEMS: "no interpolation; its own fades of 50 ms; spatialisation and resampler off"},
    {
        works.VOICES: "wave generators and filters, but no voices or envelopes",
        works.EFFECTS: "filters and a delay, but no reverb and no limiter",
    },
    command=command,
)
