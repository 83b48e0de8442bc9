"""The work in Pure Data, rendered without a sound card as fast as possible (``pd -batch``)."""

from __future__ import annotations

import math
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers import tools, works
from benchmarks.peers.peer import Measure, Peer
from benchmarks.peers.works import Work

SHORT_S = 1.0
LONG_S = {works.STEMS: {8: 60.0, 32: 30.0}, works.VOICES: {16: 30.0}, works.EFFECTS: {}}
COMMAND = ["pd", "-nogui", "-batch", "-noprefs", "-nosound", "-nomidi", "-r", str(works.RATE)]
LIMITER_DELAY_MS = 2.0


@dataclass(slots=True)
class Patch:
    """A patch under construction: boxes, and connections between them."""

    _lines: list[str] = field(default_factory=lambda: ["#N canvas 0 0 800 600 10;"])
    _wires: list[str] = field(default_factory=list)
    _boxes: int = 0

    def box(self, text: str, *sources: tuple[int, int] | int | None, kind: str = "obj") -> int:
        """Add a box; each source, a box or a pair of box and outlet, is connected to the next inlet."""
        escaped = text.replace(",", r" \,").replace(";", r" \;").replace("$", r"\$")
        self._lines.append(f"#X {kind} 10 {10 + 20 * self._boxes} {escaped};")
        number = self._boxes
        self._boxes += 1
        for inlet, source in enumerate(sources):
            if source is not None:
                self.wire(source, number, inlet)
        return number

    def message(self, text: str, *sources: tuple[int, int] | int) -> int:
        """Add a message box."""
        return self.box(text, *sources, kind="msg")

    def wire(self, source: tuple[int, int] | int, target: int, inlet: int = 0) -> None:
        """Connect an outlet with an inlet."""
        box, outlet = source if isinstance(source, tuple) else (source, 0)
        self._wires.append(f"#X connect {box} {outlet} {target} {inlet};")

    def write(self, path: Path) -> None:
        """Write the file."""
        path.write_text("\n".join([*self._lines, *self._wires]) + "\n", encoding="utf-8")


def _reader(patch: Patch) -> list[int]:
    """Add a player that loops a stem from a given position; return its left and right outputs."""
    start = patch.box("f $2", patch.box("loadbang"))
    phase = patch.box(f"phasor~ {1 / works.STEM_SECONDS}", None, start)
    place = patch.box(f"*~ {works.STEM_FRAMES}", phase)
    return [patch.box(f"tabread~ stem-$1-{side}", place) for side in (0, 1)]


def _stem() -> Patch:
    patch = Patch()
    sides = _reader(patch)
    clock = patch.box(f"metro {1000 * works.RETARGET_S:g}", patch.message("1", patch.box("loadbang")))
    span = works.HIGHEST_GAIN - works.LOWEST_GAIN
    unit = patch.box("* " + f"{span / 1000:g}", patch.box("random 1000", clock))
    target = patch.box(f"+ {works.LOWEST_GAIN}", unit)
    gain = patch.box("line~", patch.message(f"$1 {1000 * works.RAMP_S:g}", target))
    for side in sides:
        patch.box("outlet~", patch.box("*~", side, gain))
    return patch


def _voice() -> Patch:
    patch = Patch()
    clock = patch.box("metro $2", patch.message("1", patch.box("del $3", patch.box("loadbang"))))
    key = patch.box(f"+ {works.LOWEST_NOTE}", patch.box(f"random {works.NOTES_SPAN}", clock))
    hertz = patch.box("mtof", key)
    first = patch.box("phasor~", hertz)
    second = patch.box("phasor~", patch.box(f"* {works.SECOND_SAW_RATIO:.6f}", hertz))
    both = patch.box("-~ 1", patch.box("+~", first, second))
    ratio = patch.box(f"* {works.CUTOFF_RATIO:g}", hertz)
    cutoff = patch.box("sig~", patch.box(f"min {works.HIGHEST_CUTOFF_HZ:g}", ratio))
    filtered = patch.box(f"vcf~ {works.RESONANCE_Q:g}", both, cutoff)
    attack_ms, decay_ms = 1000 * works.ATTACK_S, 1000 * works.DECAY_S
    shape = f"0, 1 {attack_ms:g}, {works.SUSTAIN} {decay_ms:g} {attack_ms:g}"
    level = patch.box("vline~", patch.message(shape, patch.box("t b", hertz)))
    loud = patch.box(f"*~ {works.VOICE_GAIN}", patch.box("*~", (filtered, 1), level))
    patch.box("outlet~", loud)
    patch.box("outlet~", loud)
    return patch


def _low_pass(cutoff_hz: float) -> str:
    """Return the coefficients of biquad~ for a second-order low-pass."""
    angle = 2.0 * math.pi * cutoff_hz / works.RATE
    alpha, cosine = math.sin(angle) / math.sqrt(2.0), math.cos(angle)
    over, high = 1.0 + alpha, (1.0 - cosine) / 2.0
    values = (2.0 * cosine / over, (alpha - 1.0) / over, high / over, 2.0 * high / over, high / over)
    return " ".join(f"{value:.8f}" for value in values)


def _bus() -> Patch:
    patch = Patch()
    low_pass = _low_pass(works.BUS_CUTOFF_HZ)
    sides = [patch.box(f"biquad~ {low_pass}", side) for side in _reader(patch)]
    for side in sides:
        patch.box("outlet~", side)
    for side in sides:
        patch.box("outlet~", patch.box(f"*~ {works.SEND_GAIN}", side))
    return patch


def _master(patch: Patch, dry: Sequence[int], sent: Sequence[int]) -> list[int]:
    reverb = patch.box("rev3~ 90 90 3000 20", *sent)
    wet = [patch.box("+~", (reverb, side), (reverb, side + 2)) for side in (0, 1)]
    sums = [patch.box("+~", one, other) for one, other in zip(wet, dry, strict=True)]
    peak = patch.box("max~", *(patch.box("abs~", side) for side in sums))
    smooth = patch.box(f"max~ {works.CEILING / 2:g}", patch.box("lop~ 100", peak))
    gain = patch.box("/~", patch.box(f"sig~ {works.CEILING / 2:g}"), smooth)
    limited = []
    for side, name in zip(sums, ("left", "right"), strict=True):
        patch.box(f"delwrite~ ahead-{name} 20", side)
        late = patch.box(f"delread~ ahead-{name} {LIMITER_DELAY_MS:g}")
        limited.append(patch.box("*~", late, gain))
    return limited


PIECES: dict[str, Callable[[], Patch]] = {works.STEMS: _stem, works.VOICES: _voice, works.EFFECTS: _bus}


def _piece_words(work: Work, index: int) -> str:
    if work.kind == works.VOICES:
        period_ms = 1000 * works.RETARGET_S * work.count / works.notes(work.count)
        return f"{index} {period_ms:g} {period_ms * index / work.count:g}"
    return f"{index} {index * works.START_STRIDE_FRAMES / works.STEM_FRAMES:g}"


def _write(work: Work, folder: Path, seconds: float) -> Path:
    PIECES[work.kind]().write(folder / "piece.pd")
    effects = work.kind == works.EFFECTS
    inner = Patch()
    inner.box(f"block~ {work.block_frames}")
    sums = [inner.box("+~ 0") for _ in range(4 if effects else 2)]
    for index in range(work.count):
        piece = inner.box(f"piece {_piece_words(work, index)}")
        for outlet, target in enumerate(sums):
            inner.wire((piece, outlet), target)
    for side in _master(inner, sums[:2], sums[2:]) if effects else sums:
        inner.box("outlet~", side)
    inner.write(folder / "work.pd")

    main = Patch()
    begin = main.box("loadbang")
    if work.kind != works.VOICES:
        _load(main, begin, tools.stem_files(work.count, works.EFFECT_RMS if effects else works.STEM_RMS))
    played = main.box("work")
    main.box("dac~", (played, 0), (played, 1))
    level = main.box("f", None, main.box("env~ 16384", played))
    end = main.box("t b b", main.box(f"del {1000 * seconds:g}", begin))
    main.wire((end, 1), level)
    main.box("print level", level)
    main.message("; pd quit", end)
    main.message("; pd dsp 1", begin)
    path = folder / f"{seconds:g}.pd"
    main.write(path)
    return path


def _load(main: Patch, begin: int, files: Sequence[Path]) -> None:
    reader = main.box("soundfiler")
    for index, file in enumerate(files):
        for side in (0, 1):
            main.box(f"table stem-{index}-{side} {works.STEM_FRAMES}")
        path = str(file).replace(" ", r"\ ")
        main.wire(main.message(f"read -resize {path} stem-{index}-0 stem-{index}-1", begin), reader)


def command(work: Work, folder: Path, seconds: float) -> list[str]:
    """Write the patches; return the command line that plays them."""
    return [*COMMAND, str(_write(work, folder, seconds))]


def prepare(work: Work, folder: Path) -> Measure:
    """Patches that end by themselves; the slope between a short and a long one."""
    long_s = LONG_S[work.kind].get(work.count, 15.0)
    words = {seconds: command(work, folder, seconds) for seconds in (SHORT_S, long_s)}

    def used(seconds: float) -> float:
        taken, printed = tools.cpu_seconds(words[seconds])
        tools.require_sound(10.0 ** ((_level(printed) - 100.0) / 20.0))
        return taken

    return lambda: tools.slope(used, SHORT_S, long_s)


def _level(printed: str) -> float:
    """What ``env~`` said last: decibels, 100 is full scale."""
    for line in printed.splitlines():
        name, _, value = line.partition(":")
        if name == "level":
            return float(value)
    message = f"pd said no level: {printed.strip()[-300:]}"
    raise tools.PeerError(message)


def version() -> str:
    """Return the version that pd prints."""
    words = ["pd", "-nogui", "-batch", "-version"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=10)
    return (done.stdout + done.stderr).split(" ")[0].replace("-", " ").strip()


def missing() -> str:
    """Return what to install if the program or its abstraction rev3~ is missing, else an empty string."""
    return tools.missing_program("pd", "puredata-core puredata-extra")


PEER = Peer(
    "Pure Data",
    missing,
    version,
    prepare,
    {
        works.STEMS: "tabread~, no interpolation; random targets inside Pd; larger blocks through block~",
        works.VOICES: "phasor~ is not band-limited; vcf~; random notes inside Pd",
        works.EFFECTS: "biquad~ on each side; rev3~; a limiter of lop~ and delays, 2 ms look-ahead",
    },
    command=command,
)
