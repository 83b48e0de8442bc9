"""Renders the stems of *stride*: all, or those whose names contain one of the arguments."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tools.lanterns.studio import Audio, hits, phrase
from tools.nightfall.encode import write
from tools.nightfall.finish import Finish, finish, loudness
from tools.stride import score

FOLDER = Path(__file__).resolve().parents[2] / "presets" / "stride"
TAIL_S = 1.8


def _played(patch: str, part: Callable[[str], score.Part], section: str) -> Callable[[], Audio]:
    # the render begins with beat 0; a part of sixteen bars has its last note before beat 64
    def render() -> Audio:
        audio = phrase(patch, part(section), score.BPM, 0.0, TAIL_S + 60.0 / score.BPM * score.BAR)
        frames = round((score.BARS * score.BAR * 60.0 / score.BPM + TAIL_S) * 48000)
        return audio[:frames]

    return render


def _hit(part: Callable[[], score.Hits], beats: float, kit: str) -> Callable[[], Audio]:
    # a loop that is shorter than its section has no tail; what rings at its end is cut within 5 ms
    return lambda: hits(kit, part(), score.BPM, beats, 0.0)


DRUMS = Finish(-19.5, 30.0, drive=0.6)
BASS = Finish(-20.5, 34.0, 5000.0, drive=0.5)
PAD = Finish(-26.5, 150.0, 7000.0, dip=(300.0, 2.0, -3.0))
ARPEGGIO = Finish(-26.0, 260.0)
LEAD = Finish(-23.5, 240.0, drive=0.3)

STEMS: dict[str, tuple[str, Callable[[], Audio], Finish]] = {
    **{f"pad_{s}": (f"Pad, {s}", _played("pad_warm", score.pad, s), PAD) for s in score.HARMONY},
    **{f"bass_{s}": (f"Bass, {s}", _played("bass_pluck", score.bass, s), BASS) for s in score.HARMONY},
    **{
        f"arpeggio_{s}": (f"Arpeggio, {s}", _played("arp_pluck", score.arpeggio, s), ARPEGGIO)
        for s in score.HARMONY
    },
    **{f"lead_{s}": (f"Lead, {s}", _played("lead_soft", score.lead, s), LEAD) for s in ("steady", "hard")},
    **{
        f"drums_{s}": (f"Drums, {s}", _hit(lambda s=s: score.drums(s), 16.0, "kit_night"), DRUMS)
        for s in score.HARMONY
    },
    "percussion": ("Percussion", _hit(score.percussion, 8.0, "kit_light"), Finish(-27.0, 300.0)),
}


def cue() -> Audio:
    """Two bells, a fifth apart: another interval is about to begin."""
    return phrase("bell", [(0.0, 1.0, 71.0, 0.8), (1.0, 2.0, 78.0, 0.9)], score.BPM, 0.0, 1.2)


def make(name: str, title: str, render: Callable[[], Audio], how: Finish) -> None:
    """Render, finish and write one stem; print its loudness."""
    is_loop = name.startswith(("drums", "percussion"))
    sound = finish(render(), how, 0.005 if is_loop else 0.4)
    path = FOLDER / "stems" / f"{name}.ogg"
    write(path, sound, title, 0.4, "Stride")
    peak = 20.0 * np.log10(np.max(np.abs(sound)))
    print(
        f"{name:16} {loudness(sound):6.1f} LUFS  peak {peak:6.1f} dBFS  {path.stat().st_size / 1000:5.0f} kB"
    )


def main() -> None:
    """Render the stems that the command line names."""
    stems = {**STEMS, "cue": ("Cue", cue, Finish(-20.0, 200.0))}
    for name, stem in stems.items():
        if not sys.argv[1:] or any(word in name for word in sys.argv[1:]):
            make(name, *stem)


if __name__ == "__main__":
    main()
