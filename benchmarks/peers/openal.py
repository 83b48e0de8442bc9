"""The work in OpenAL-soft, rendered with its loopback device."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers import tools, works
from benchmarks.peers.peer import Measure, Peer
from benchmarks.peers.works import Work

SOURCE = tools.HERE / "openal_loopback.c"
SECONDS = {8: 40.0, 32: 20.0, 128: 6.0}


def command(work: Work, _folder: Path, seconds: float) -> list[str]:
    """Compile the program; return its command line."""
    program = tools.compiled(SOURCE, ["-lopenal", "-lm"])
    is_effects = work.kind == works.EFFECTS
    rms = works.EFFECT_RMS if is_effects else works.STEM_RMS
    count = -work.count if is_effects else work.count
    return [str(word) for word in (program, count, work.block_frames, seconds, rms)]


def prepare(work: Work, folder: Path) -> Measure:
    """Compile the program; return the function that measures; the program times itself."""
    words = command(work, folder, SECONDS[work.count])
    return lambda: tools.share_printed(tools.cpu_seconds(words, {"ALSOFT_LOGLEVEL": "0"})[1])


def missing() -> str:
    """Return what to install if the compiler, the library or its headers are missing, or an empty string."""
    has_header = any(Path(root, "AL", "efx.h").exists() for root in ("/usr/include", "/usr/local/include"))
    is_ready = tools.has_program("gcc") and has_header
    return "" if is_ready else "`apt-get install gcc libc6-dev libopenal-dev`"


def version() -> str:
    """Return the version of the package."""
    return f"OpenAL-soft {tools.package_version('libopenal1')}".strip()


PEER = Peer(
    "OpenAL-soft",
    missing,
    version,
    prepare,
    {
        works.STEMS: "no ramps: gains are set every 10 ms from outside",
        works.EFFECTS: "first-order shelf instead of a low-pass; its own reverb and limiter",
    },
    {works.VOICES: "plays recordings only"},
    command=command,
)
