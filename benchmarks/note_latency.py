"""How long a MIDI note takes, from its place in a cycle of JACK to the first sample that is heard of it.

``python -m benchmarks.note_latency --seconds 20``: a JACK client in C sends notes over JACK MIDI at random
places of a cycle, and listens at the output of ``adaptive play``, which plays them by a sampler; 48 kHz, 64
frames, a dummy device.  ``--stress gil`` and ``--stress collect`` load the Python interpreter of the engine
meanwhile.

Told are percentiles with and without the look-ahead of the engine's limiter.  A note that is written in a
cycle can be heard in the next cycle at the soonest, as with a keyboard at a sound card.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.peers import figures, jack, live, tools, works

PROBE = tools.HERE / "note_probe.c"
KEY = 127

PRESET = """schema = 1
name = "One key"
tempo_bpm = 120

[layers.keys]
generator = "drone"
instrument = { sfz = "key.sfz" }

[sections.only]
layers = ["keys"]

[[inputs]]
midi = "notes"
port = "note_probe"
layer = "keys"
"""


def _write_preset(folder: Path) -> None:
    """A preset that is silent but for one key, which no generator writes: a square wave without an attack."""
    (folder / "preset.toml").write_text(PRESET, encoding="utf-8")
    (folder / "key.sfz").write_text(
        f"<region> sample=key.wav key={KEY} ampeg_release=0.005\n", encoding="utf-8"
    )
    wave = np.tile(np.array([0.5, 0.5, -0.5, -0.5], np.float32), works.RATE)
    soundfile.write(folder / "key.wav", wave, works.RATE, subtype="FLOAT")


def _command(folder: Path, port: int) -> list[str]:
    _write_preset(folder)
    return live.play_command(folder, port)


ENGINE = live.Live("adaptive", lambda: "", _command, lambda _value: b"", is_python=True, method="")


def measure(seconds: float, stress: str) -> dict[str, object]:
    """Milliseconds from a note to its sound, and what was lost."""
    program = tools.compiled(PROBE, ["-ljack", "-lm"])
    with (
        jack.server() as environment,
        tempfile.TemporaryDirectory(dir=tools.build_folder()) as folder,
        live.running(ENGINE, Path(folder), environment, stress),
    ):
        printed = tools.cpu_seconds([str(program), str(seconds), str(KEY)], environment)[1]
        said = (Path(folder) / "printed.txt").read_text(encoding="utf-8")
    found = next((json.loads(line) for line in printed.splitlines() if line.startswith("{")), None)
    if found is None or not found["us"]:
        message = f"the probe heard nothing: {printed[-300:]} {said[-1000:]}"
        raise tools.PeerError(message)
    times = [value / 1000.0 for value in found["us"]]
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
    found |= {name: round(figures.quantile(times, share), 2) for name, share in shares.items()}
    return {**found, "us": len(times), "most": round(max(times), 2)}


def main() -> None:
    """Measure, and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--stress", choices=["none", "gil", "collect"], default="none")
    wanted = parser.parse_args()
    if lacking := jack.missing():
        raise SystemExit(f"needs {lacking}")
    found = measure(wanted.seconds, wanted.stress)
    ahead = live.LOOK_AHEAD_MS
    sys.stdout.write(
        f"stress {wanted.stress}: {found['us']} notes, {found['lost']} not heard; p50 {found['p50']} ms, "
        f"p90 {found['p90']} ms, p99 {found['p99']} ms, at most {found['most']} ms, of which {ahead:.2f} ms "
        f"are the limiter's look-ahead; {found['ran']} cycles of {found['due']} due\n"
    )


if __name__ == "__main__":
    main()
