"""The work in Csound, rendered without output (``csound -n``); Csound computes in float64."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.peers import tools, works
from benchmarks.peers.peer import Measure, Peer
from benchmarks.peers.works import Work

SHORT_S = 1.0
LONG_S = {works.STEMS: {8: 50.0, 32: 25.0}, works.VOICES: {16: 30.0}, works.EFFECTS: {}}

STEM = f"""
instr 1
kTrigger metro {1.0 / works.RETARGET_S}
kTarget init 0
if kTrigger == 1 then
  kTarget random {works.LOWEST_GAIN}, {works.HIGHEST_GAIN}
endif
kGain lineto kTarget, {works.RAMP_S}
aGain interp kGain
aPhase phasor {1.0 / works.STEM_SECONDS}, p5 / {works.STEM_FRAMES}
aAt = aPhase * {works.STEM_FRAMES}
aLeft tablei aAt, p4, 0, 0, 1
aRight tablei aAt, p4 + 1, 0, 0, 1
gaLeft += aLeft * aGain
gaRight += aRight * aGain
endin
"""
VOICE = f"""
instr 1
iHertz = p4
iCutoff = min(iHertz * {works.CUTOFF_RATIO}, {works.HIGHEST_CUTOFF_HZ})
aFirst vco2 1, iHertz
aSecond vco2 1, iHertz * {works.SECOND_SAW_RATIO}
aBoth = aFirst + aSecond
aFiltered lowpass2 aBoth, k(iCutoff), k({works.RESONANCE_Q})
kLevel linseg 0, {works.ATTACK_S}, 1, {works.DECAY_S}, {works.SUSTAIN}, 1, {works.SUSTAIN}
aOut = aFiltered * kLevel * {works.VOICE_GAIN}
gaLeft += aOut
gaRight += aOut
endin
"""
BUS = f"""
instr 1
aPhase phasor {1.0 / works.STEM_SECONDS}
aAt = aPhase * {works.STEM_FRAMES}
aLeft tablei aAt, p4, 0, 0, 1
aRight tablei aAt, p4 + 1, 0, 0, 1
aLeft lowpass2 aLeft, k({works.BUS_CUTOFF_HZ}), k(1)
aRight lowpass2 aRight, k({works.BUS_CUTOFF_HZ}), k(1)
gaLeft += aLeft
gaRight += aRight
gaRoomLeft += aLeft * {works.SEND_GAIN}
gaRoomRight += aRight * {works.SEND_GAIN}
endin
"""
OUT = """
instr 100
outs gaLeft, gaRight
clear gaLeft, gaRight
endin
"""
MASTER = f"""
instr 100
aWetLeft, aWetRight freeverb gaRoomLeft, gaRoomRight, 0.8, 0.45
aLeft = gaLeft + aWetLeft
aRight = gaRight + aWetRight
aKey max abs(aLeft), abs(aRight)
iCeiling = dbamp({works.CEILING})
aLeft compress2 aLeft, aKey, -90, iCeiling, iCeiling, 100, 0.001, 0.12, 0.002
aRight compress2 aRight, aKey, -90, iCeiling, iCeiling, 100, 0.001, 0.12, 0.002
outs aLeft, aRight
clear gaLeft, gaRight, gaRoomLeft, gaRoomRight
endin
"""
INSTRUMENTS = {works.STEMS: STEM + OUT, works.VOICES: VOICE + OUT, works.EFFECTS: BUS + MASTER}


def _orchestra(work: Work) -> str:
    head = f"""sr = {works.RATE}
ksmps = {work.block_frames}
nchnls = 2
0dbfs = 1
gaLeft init 0
gaRight init 0
gaRoomLeft init 0
gaRoomRight init 0
"""
    tables = []
    if work.kind != works.VOICES:
        rms = works.STEM_RMS if work.kind == works.STEMS else works.EFFECT_RMS
        for index, file in enumerate(tools.stem_files(work.count, rms)):
            for side in (0, 1):
                number, size = _table(index) + side, works.STEM_FRAMES
                tables.append(f'giStem ftgen {number}, 0, -{size}, -1, "{file}", 0, 0, {side + 1}')
    return head + "\n".join(tables) + INSTRUMENTS[work.kind]


def _table(index: int) -> int:
    return 1000 + 2 * index


def _score(work: Work, seconds: float) -> str:
    lines = [f"i 100 0 {seconds}"]
    if work.kind == works.STEMS:
        lines += [
            f"i 1.{index:03d}1 0 {seconds} {_table(index)} {index * works.START_STRIDE_FRAMES}"
            for index in range(work.count)
        ]
    elif work.kind == works.EFFECTS:
        lines += [f"i 1.{index:03d}1 0 {seconds} {_table(index)}" for index in range(work.count)]
    else:
        lines += _notes(work.count, seconds)
    return "\n".join([*lines, f"e {seconds}"])


def _notes(count: int, seconds: float) -> list[str]:
    """Return notes that begin at regular intervals and last until `count` others have begun."""
    step = works.RETARGET_S / works.notes(count)
    lasts = count * step
    lines = []
    for number in range(-count, round(seconds / step)):
        begins = max(0.0, number * step)
        ends = min(seconds, number * step + lasts)
        note = works.LOWEST_NOTE + number * 7 % works.NOTES_SPAN
        if ends > begins:
            lines.append(f"i 1 {begins:.6f} {ends - begins:.6f} {works.hertz(note):.4f}")
    return lines


def command(work: Work, folder: Path, seconds: float) -> list[str]:
    """Write orchestra and score; return the command line that renders them without output."""
    csd = folder / f"{seconds:g}.csd"
    csd.write_text(
        f"<CsoundSynthesizer>\n<CsInstruments>\n{_orchestra(work)}\n</CsInstruments>\n"
        f"<CsScore>\n{_score(work, seconds)}\n</CsScore>\n</CsoundSynthesizer>\n",
        encoding="utf-8",
    )
    return ["csound", str(csd), "-d", "-m0", "-n"]


def prepare(work: Work, folder: Path) -> Measure:
    """Write a short and a long score; return the function that measures the slope between them."""
    long_s = LONG_S[work.kind].get(work.count, 15.0)
    words = {seconds: command(work, folder, seconds) for seconds in (SHORT_S, long_s)}
    heard = folder / "heard.wav"
    tools.cpu_seconds([*words[SHORT_S][:-1], "-W", "-f", "-o", str(heard)])
    tools.require_sound_in(heard)
    return lambda: tools.slope(lambda seconds: tools.cpu_seconds(words[seconds])[0], SHORT_S, long_s)


def version() -> str:
    """Return the version that csound prints."""
    done = subprocess.run(["csound", "--version"], capture_output=True, text=True, check=False)
    words = (done.stdout + done.stderr).split("version")
    return f"Csound {words[1].split('(')[0].strip()}" if len(words) > 1 else "Csound"


PEER = Peer(
    "Csound",
    lambda: tools.missing_program("csound", "csound"),
    version,
    prepare,
    {
        works.STEMS: "doubles; tablei interpolates; random targets inside Csound",
        works.VOICES: "doubles; vco2 and lowpass2; one instance for each note, level once a block",
        works.EFFECTS: "doubles; lowpass2 on each side; freeverb; compress2, 2 ms look-ahead, as limiter",
    },
    command=command,
)
