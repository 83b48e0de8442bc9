"""The text of a new preset without stems, in which all layers are generated (`adaptive new`)."""

from __future__ import annotations

from adaptive.analysis.template import chosen_by_intensity, comment, quoted, rule


def blank_text(name: str) -> str:
    """Return the ``preset.toml`` of a preset with two generated sections and one parameter."""
    return f"""{comment(f"{name}: two sections chosen by one parameter; all layers are generated.")}

schema    = 1
name      = {quoted(name)}
tempo_bpm = 110
meter     = "4/4"
key       = "A minor"

[credits]
composer = ""
license  = ""              # SPDX, such as CC-BY-4.0; `render` writes it into every file it makes

{rule("What comes in")}

[parameters.intensity]     # 0 calm … 1 fight:  adaptive send intensity=0.8
range      = [0.0, 1.0]
default    = 0.2
rise_s     = 0.2           # rises quickly, falls slowly
fall_s     = 3.0
hysteresis = 0.1           # `intensity > 0.5` turns true above 0.5 and false again below 0.4

{rule("What can sound: `adaptive mix .` listens, and proposes levels and inserts")}

[layers.pad]
generator = "pad"
level_db  = {{ over = "intensity", points = [[0.0, -6.0], [1.0, -10.0]] }}
inserts   = [{{ kind = "width", id = "mix_width", width = 1.9 }}]

[layers.bass]
generator = "bass"
level_db  = -9.0

[layers.tune]
generator = "melody"
level_db  = -4.0
inserts   = [
  {{ kind = "eq", id = "mix_tone", low_mid_hz = 350.0, low_mid_db = -5.0, low_mid_q = 0.7, \
high_mid_db = 3.0, high_mid_q = 0.7, high_hz = 5000.0, high_db = 6.0 }},
]

[layers.drums]
generator = "drums"
level_db  = -5.0
density   = {{ over = "intensity", points = [[0.5, 0.4], [1.0, 0.9]] }}
inserts   = [
  {{ kind = "eq", id = "mix_tone", low_db = -6.0, low_mid_hz = 350.0, low_mid_db = -5.0, low_mid_q = 0.7, \
high_hz = 5000.0, high_db = 6.0 }},
  {{ kind = "compressor", id = "mix_hold", threshold_db = -21.0, ratio = 3.0, release_ms = 160.0, \
makeup_db = 1.5 }},
]

# A stem of your own takes the place of a generator:
# [layers.guitar]
# stem = "stems/guitar.wav"

{rule("Sections")}

[sections.calm]
layers      = ["pad", "bass", "tune"]
length_bars = 8
# chords    = ["Am", "F", "C", "G"]     # one for each bar, repeated; without them the music finds its own
# form      = "A A' B A"                # letters are themes, primes are varied returns
energy      = 0.3

[sections.fight]
layers        = ["pad", "bass", "drums", "tune"]
length_bars   = 8
energy        = 0.8
min_stay_bars = 4          # stay at least four bars

{chosen_by_intensity("fight")}

{rule("How to get there")}

[[transitions]]
from     = "any"
to       = "any"
exit_at  = "bar"
fade_out = {{ beats = 2 }}

{rule("The whole mix: brighter, and a limiter that brings it to -18 LUFS")}

[master]
inserts = [
  {{ kind = "eq", id = "mix_tone", low_db = -6.0, low_mid_hz = 350.0, low_mid_db = -5.0, low_mid_q = 0.7, \
high_mid_db = 5.0, high_mid_q = 0.7, high_hz = 5000.0, high_db = 6.0 }},
  {{ kind = "limiter", id = "mix_limit", gain_db = 13.0 }},
]
"""


def blank_readme_text(name: str) -> str:
    """Return the README of a preset without stems."""
    return f"""# {name}

Made by `adaptive new`. Two sections, *calm* and *fight*; everything in them is generated.

| parameter | range | what it does |
|---|---|---|
| `intensity` | 0 to 1 | above 0.5 the fight begins at the next bar, below 0.4 it ends |

## Listen

`adaptive play .` in this folder, then `adaptive send intensity=0.8` and, a while later,
`adaptive send intensity=0.1`.

## Credits and licence

Fill in `[credits]` in `preset.toml`.
"""
