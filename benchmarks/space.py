"""``python -m benchmarks.space``: 32 moving objects on 64 outputs, beside SuperCollider's server in one run.

Both play 32 looping sounds, each of which gets a new direction on a ring of 64 speakers every 100 ms and
moves there in 50 ms, at 64 frames a block, 48 kHz, without a sound card.  scsynth does it with its own
`PanAz`; ours has the limiter and the meters of 64 channels behind it.  Each pair is measured one after the
other; the ratio of the pairs is what counts.
"""

from __future__ import annotations

import math
import struct
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from adaptive.engine import commands
from adaptive.engine.commands import Command
from adaptive.engine.engine import Engine
from adaptive.engine.rig_spec import PlaceSpec, RigSpec, SpeakerSpec
from adaptive.engine.spec import BusSpec, EngineSpec, MappingSpec, ParameterSpec
from adaptive.kernel.layout import MAP_PLACE
from benchmarks.peers import osc, scsynth, tools, works
from benchmarks.peers.ours import PIECE_FRAMES, Ours
from benchmarks.peers.synthdef import AUDIO, CONTROL, Graph
from benchmarks.peers.works import Work

OUTPUTS, OBJECTS, PAIRS = 64, 32, 3
SHORT_S, LONG_S = 1.0, 9.0
WORK = Work("space", OBJECTS, 64)


def azimuths(rng: np.random.Generator) -> np.ndarray:
    """The next direction of each object, in turns from -1 to 1."""
    return rng.uniform(-1.0, 1.0, OBJECTS)


def our_engine() -> Ours:
    """An engine with a parameter for the direction of each object."""
    turns = [math.tau * number / OUTPUTS for number in range(OUTPUTS)]
    speakers = tuple(
        SpeakerSpec(number, (2.0 * math.sin(turn), 2.0 * math.cos(turn), 0.0))
        for number, turn in enumerate(turns)
    )
    buses = [BusSpec(f"object_{number}", placed=PlaceSpec()) for number in range(OBJECTS)]
    parameters = [
        ParameterSpec(f"turn_{number}", -1.0, 1.0, 0.0, works.RAMP_S, works.RAMP_S, is_circular=True)
        for number in range(OBJECTS)
    ]
    curves = [
        MappingSpec(number, MAP_PLACE, number, ((-1.0, -180.0), (1.0, 180.0)), name="azimuth_deg")
        for number in range(OBJECTS)
    ]
    spec = EngineSpec(
        channels=OUTPUTS, clips=OBJECTS, sounds=OBJECTS, buses=buses, parameters=parameters, mappings=curves,
        rig=RigSpec(speakers),
    )  # fmt: skip
    engine = Engine(spec)
    for clip in range(OBJECTS):
        sound = engine.bank.add(works.noise(clip).T, loop_frames=works.STEM_FRAMES)
        engine.post([commands.start_clip(0, clip, engine.add_sound(sound), clip)])
    rng = np.random.default_rng(0)

    def move(engine: Engine) -> list[Command]:
        words = ((number, engine.parameter_word(float(turn))) for number, turn in enumerate(azimuths(rng)))
        return [commands.set_parameter(engine.frame, number, 0, word) for number, word in words]

    ours = Ours(WORK, engine, move)
    ours.pull(0.5)
    return ours


def our_share(ours: Ours) -> float:
    """CPU seconds of our engine for a second of audio on all outputs, without what Python posts."""
    used = 0.0
    for _ in range(round((LONG_S - SHORT_S) / works.RETARGET_S)):
        ours.engine.post(list(ours.between(ours.engine)))
        began = time.process_time()
        heard = ours.engine.pull(PIECE_FRAMES)
        used += time.process_time() - began
    tools.require_sound(float((heard**2).mean() ** 0.5))
    return used / (LONG_S - SHORT_S)


def _object() -> Graph:
    graph = Graph("object", {"buffer": 0.0, "turn": 0.0})
    turn = graph.unit("Ramp", CONTROL, (graph["turn"], works.RAMP_S))[0]
    left = graph.unit("PlayBuf", AUDIO, (graph["buffer"], 1.0, 1.0, 0.0, 1.0, 0.0), 2)[0]
    sides = graph.unit("PanAz", AUDIO, (left, turn, 1.0, 2.0, 0.5), OUTPUTS)
    graph.unit("Out", AUDIO, (0.0, *sides), 0)
    return graph


def _score(path: Path, seconds: float) -> None:
    rng = np.random.default_rng(0)
    files = tools.stem_files(OBJECTS, works.STEM_RMS)
    begin = [osc.message("/d_recv", _object().encode())]
    begin += [osc.message("/b_allocRead", index, str(file)) for index, file in enumerate(files)]
    begin += [osc.message("/s_new", "object", 1000 + i, 1, 0, "buffer", float(i)) for i in range(OBJECTS)]
    parts = [osc.bundle(0.0, [message]) for message in begin]
    for step in range(1, round(seconds / works.RETARGET_S)):
        turns = enumerate(azimuths(rng))
        moves = (osc.message("/n_set", 1000 + index, "turn", float(turn)) for index, turn in turns)
        parts += [osc.bundle(step * works.RETARGET_S, [message]) for message in moves]
    parts.append(osc.bundle(seconds, [osc.message("/c_set", 0, 0)]))
    path.write_bytes(b"".join(struct.pack(">i", len(part)) + part for part in parts))


def their_share(folder: Path) -> float:
    """CPU seconds of scsynth for a second of audio: the slope between a short and a long score."""

    def used(seconds: float) -> float:
        score, out = folder / f"{seconds:g}.osc", folder / "out.wav"
        _score(score, seconds)
        sizes = ["-z", "64", "-n", "4096", "-b", "1024", "-m", "65536", "-w", "256", "-i", "0"]
        tail = ["-D", "0", "-N", str(score), "_", str(out), str(works.RATE), "WAV", "float"]
        done = tools.cpu_seconds(["scsynth", *sizes, "-o", str(OUTPUTS), *tail])[0]
        tools.require_sound_in(out)
        return done

    return tools.slope(used, SHORT_S, LONG_S)


def main() -> None:
    """Print both shares of a core, pair by pair, and the median of their ratio."""
    if lacking := scsynth.PEER.missing():
        print(f"scsynth: not installed: {lacking}")
        return
    mine, ratios = our_engine(), []
    with tempfile.TemporaryDirectory(dir=tools.build_folder()) as folder:
        for _ in range(PAIRS):
            theirs, own = 100.0 * their_share(Path(folder)), 100.0 * our_share(mine)
            ratios.append(own / theirs)
            print(
                f"{OBJECTS} objects on {OUTPUTS} outputs: scsynth {theirs:.2f} %, ours {own:.2f} %",
                flush=True,
            )
    print(f"ours / scsynth: {median(ratios):.2f}")


if __name__ == "__main__":
    main()
