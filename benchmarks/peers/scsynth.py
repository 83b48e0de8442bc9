"""The work in SuperCollider's server, which renders a score without a sound card (``scsynth -N``)."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.peers import osc, tools, works
from benchmarks.peers.peer import Measure, Peer
from benchmarks.peers.synthdef import ADD, AUDIO, CONTROL, LESSER, MULTIPLY, Graph, Output
from benchmarks.peers.works import Work

SHORT_S = 1.0
LONG_S = {works.STEMS: {8: 60.0, 32: 25.0}, works.VOICES: {16: 40.0}, works.EFFECTS: {}, works.MIX: {}}
REVERB_BUS, FIRST_BUS = 16, 32
Steps = Iterator[tuple[float, list[bytes]]]


def _stem() -> Graph:
    graph = Graph("stem", {"buffer": 0.0, "position": 0.0, "gain": 0.0})
    gain = graph.unit("Ramp", CONTROL, (graph["gain"], works.RAMP_S))[0]
    sides = [graph.combine(MULTIPLY, side, gain) for side in _player(graph)]
    graph.unit("Out", AUDIO, (0.0, *sides), 0)
    return graph


def _player(graph: Graph) -> list[Output]:
    inputs = (graph["buffer"], 1.0, 1.0, graph["position"], 1.0, 0.0)
    return graph.unit("PlayBuf", AUDIO, inputs, 2)


def _voice() -> Graph:
    graph = Graph("voice", {"frequency": 440.0}, trigger="t_start")
    second = graph.combine(MULTIPLY, graph["frequency"], works.SECOND_SAW_RATIO, CONTROL)
    saws = [graph.unit("Saw", AUDIO, (hertz,))[0] for hertz in (graph["frequency"], second)]
    wanted = graph.combine(MULTIPLY, graph["frequency"], works.CUTOFF_RATIO, CONTROL)
    cutoff = graph.combine(LESSER, wanted, works.HIGHEST_CUTOFF_HZ, CONTROL)
    both = graph.combine(ADD, saws[0], saws[1])
    filtered = graph.unit("RLPF", AUDIO, (both, cutoff, 1.0 / works.RESONANCE_Q))[0]
    segments = (1.0, works.ATTACK_S, 1.0, 0.0, works.SUSTAIN, works.DECAY_S, 1.0, 0.0)
    envelope = (graph["t_start"], works.VOICE_GAIN, 0.0, 1.0, 0.0, 0.0, 2.0, -99.0, -99.0, *segments)
    level = graph.unit("EnvGen", CONTROL, envelope)[0]
    sound = graph.combine(MULTIPLY, filtered, level)
    graph.unit("Out", AUDIO, (0.0, sound, sound), 0)
    return graph


def _bus() -> Graph:
    graph = Graph("bus", {"buffer": 0.0, "position": 0.0})
    sides = [graph.unit("RLPF", AUDIO, (side, works.BUS_CUTOFF_HZ, 1.0))[0] for side in _player(graph)]
    graph.unit("Out", AUDIO, (0.0, *sides), 0)
    sent = [graph.combine(MULTIPLY, side, works.SEND_GAIN) for side in sides]
    graph.unit("Out", AUDIO, (float(REVERB_BUS), *sent), 0)
    return graph


def _reverb() -> Graph:
    graph = Graph("reverb", {})
    sent = graph.unit("In", AUDIO, (float(REVERB_BUS),), 2)
    wet = graph.unit("FreeVerb2", AUDIO, (*sent, 1.0, 0.8, 0.45), 2)
    graph.unit("Out", AUDIO, (0.0, *wet), 0)
    return graph


def _limiter() -> Graph:
    graph = Graph("limiter", {})
    mixed = graph.unit("In", AUDIO, (0.0,), 2)
    limited = [graph.unit("Limiter", AUDIO, (side, works.CEILING, 0.002))[0] for side in mixed]
    graph.unit("ReplaceOut", AUDIO, (0.0, *limited), 0)
    return graph


def _layer() -> Graph:
    graph = Graph("layer", {"buffer": 0.0, "position": 0.0, "gain": 1.0, "pan": 0.0, "bus": 0.0})
    gain = graph.unit("Ramp", CONTROL, (graph["gain"], works.RAMP_S))[0]
    sides = graph.unit("Balance2", AUDIO, (*_player(graph), graph["pan"], gain), 2)
    graph.unit("Out", AUDIO, (graph["bus"], *sides), 0)
    return graph


def _mixing_bus(is_sending: bool) -> Graph:
    graph = Graph("sending" if is_sending else "mixing", {"bus": 0.0})
    sides = graph.unit("In", AUDIO, (graph["bus"],), 2)
    for kind, hz, width, level in (
        ("BLowShelf", works.LOW_HZ, 1.0, works.LOW_DB),
        ("BPeakEQ", works.LOW_MID_HZ, 1.0, works.LOW_MID_DB),
        ("BPeakEQ", works.HIGH_MID_HZ, 1.0, works.HIGH_MID_DB),
        ("BHiShelf", works.HIGH_HZ, 1.0, works.HIGH_DB),
    ):
        sides = [graph.unit(kind, AUDIO, (side, hz, width, level))[0] for side in sides]
    key = graph.combine(ADD, *(graph.combine(MULTIPLY, side, 0.5) for side in sides))
    curve = (works.THRESHOLD, 1.0, 1.0 / works.RATIO, works.COMPRESSION_S, works.RELEASE_S)
    sides = [graph.unit("Compander", AUDIO, (side, key, *curve))[0] for side in sides]
    graph.unit("Out", AUDIO, (0.0, *sides), 0)
    if is_sending:
        sent = [graph.combine(MULTIPLY, side, works.SEND_GAIN) for side in sides]
        graph.unit("Out", AUDIO, (float(REVERB_BUS), *sent), 0)
    return graph


def _load(count: int, rms: float) -> list[bytes]:
    files = tools.stem_files(count, rms)
    return [osc.message("/b_allocRead", index, str(file)) for index, file in enumerate(files)]


def _start(name: str, node: int, **controls: float) -> bytes:
    pairs = [word for pair in controls.items() for word in pair]
    return osc.message("/s_new", name, node, 1, 0, *pairs)


def _stems(count: int) -> Steps:
    rng = np.random.default_rng(0)
    begin = [osc.message("/d_recv", _stem().encode()), *_load(count, works.STEM_RMS)]
    for stem in range(count):
        position = float(stem * works.START_STRIDE_FRAMES)
        begin.append(_start("stem", 1000 + stem, buffer=float(stem), position=position))
    yield 0.0, begin
    for step in range(100_000):
        targets = enumerate(works.gains(rng, count))
        tell = [osc.message("/n_set", 1000 + stem, "gain", float(gain)) for stem, gain in targets]
        yield (step + 1) * works.RETARGET_S, tell


def _voices(count: int) -> Steps:
    rng = np.random.default_rng(0)
    begin = [osc.message("/d_recv", _voice().encode())]
    begin += [_start("voice", 1000 + voice, **_note(rng)) for voice in range(count)]
    yield 0.0, begin
    due = 0
    for step in range(100_000):
        tell = []
        for _ in range(works.notes(count)):
            pairs = [word for pair in _note(rng).items() for word in pair]
            tell.append(osc.message("/n_set", 1000 + due % count, *pairs))
            due += 1
        yield (step + 1) * works.RETARGET_S, tell


def _note(rng: np.random.Generator) -> dict[str, float]:
    note = works.LOWEST_NOTE + int(rng.integers(works.NOTES_SPAN))
    return {"frequency": works.hertz(note), "t_start": 1.0}


def _effects(count: int) -> Steps:
    graphs = (_bus(), _reverb(), _limiter())
    begin = [osc.message("/d_recv", graph.encode()) for graph in graphs] + _load(count, works.EFFECT_RMS)
    begin += [_start("bus", 1000 + bus, buffer=float(bus)) for bus in range(count)]
    yield 0.0, [*begin, _start("reverb", 2000), _start("limiter", 2001)]
    for step in range(100_000):
        yield (step + 1) * works.RETARGET_S, []


def _mix(count: int) -> Steps:
    rng = np.random.default_rng(0)
    graphs = (_layer(), _mixing_bus(False), _mixing_bus(True), _reverb(), _limiter())
    begin = [osc.message("/d_recv", graph.encode()) for graph in graphs] + _load(count, works.LAYER_RMS)
    for layer in range(count):
        bus = float(FIRST_BUS + layer // 2 * 2)
        position = float(layer * works.START_STRIDE_FRAMES)
        controls = {"buffer": float(layer), "position": position, "pan": works.pan(layer), "bus": bus}
        begin.append(_start("layer", 1000 + layer, **controls))
    for number in range(works.BUSES):
        name = "sending" if number < works.SENDING_BUSES else "mixing"
        begin.append(_start(name, 2000 + number, bus=float(FIRST_BUS + number * 2)))
    yield 0.0, [*begin, _start("reverb", 3000), _start("limiter", 3001)]
    for step in range(100_000):
        targets = enumerate(works.gains(rng, count))
        tell = [osc.message("/n_set", 1000 + layer, "gain", float(gain)) for layer, gain in targets]
        yield (step + 1) * works.RETARGET_S, tell


STEPS: dict[str, Callable[[int], Steps]] = {
    works.STEMS: _stems,
    works.VOICES: _voices,
    works.EFFECTS: _effects,
    works.MIX: _mix,
}


def _write_score(path: Path, work: Work, seconds: float) -> None:
    parts = []
    for at, messages in STEPS[work.kind](work.count):
        if at >= seconds:
            break
        parts += [osc.bundle(at, [message]) for message in messages]
    parts.append(osc.bundle(seconds, [osc.message("/c_set", 0, 0)]))
    path.write_bytes(b"".join(struct.pack(">i", len(part)) + part for part in parts))


def command(work: Work, folder: Path, seconds: float) -> list[str]:
    """Write a score; return the command line that renders it into a file."""
    score, out = folder / f"{seconds:g}.osc", folder / "out.wav"
    _write_score(score, work, seconds)
    sizes = [
        "-z",
        str(work.block_frames),
        "-n",
        "4096",
        "-b",
        "1024",
        "-m",
        "65536",
        "-w",
        "256",
        "-i",
        "0",
        "-o",
        "2",
    ]
    return ["scsynth", *sizes, "-D", "0", "-N", str(score), "_", str(out), str(works.RATE), "WAV", "float"]


def prepare(work: Work, folder: Path) -> Measure:
    """Write a short and a long score; return the function that measures the slope between them."""
    long_s = LONG_S[work.kind].get(work.count, 20.0)
    words = {seconds: command(work, folder, seconds) for seconds in (SHORT_S, long_s)}
    tools.cpu_seconds(words[SHORT_S])
    tools.require_sound_in(folder / "out.wav")
    return lambda: tools.slope(lambda seconds: tools.cpu_seconds(words[seconds])[0], SHORT_S, long_s)


def version() -> str:
    """Return the version that scsynth prints."""
    done = subprocess.run(["scsynth", "-v"], capture_output=True, text=True, check=False)
    return done.stdout.split("(")[0].strip()


PEER = Peer(
    "scsynth",
    lambda: tools.missing_program("scsynth", "supercollider-server"),
    version,
    prepare,
    {
        works.STEMS: "PlayBuf interpolates; gains ramp linearly from block to block",
        works.VOICES: "Saw and RLPF; levels ramp linearly from block to block",
        works.EFFECTS: "RLPF on each side; FreeVerb2; two limiters that are not linked, 2 ms look-ahead",
        works.MIX: "BLowShelf, BPeakEQ and BHiShelf with coefficients that stand still, Compander with a "
        "hard knee, FreeVerb2, two limiters; levels ramp from block to block",
    },
    command=command,
)
