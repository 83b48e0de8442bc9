"""The text of a new preset in a genre, in which all layers are generated (``adaptive new --genre``)."""

from __future__ import annotations

from adaptive.analysis.template import chosen_by_intensity, comment, quoted, rule
from adaptive.composer.genres.genre import Genre, GenreLayer
from adaptive.music.mood import mood_controls, mood_mode_of, mood_point, mood_tempo
from adaptive.music.scale import Key

MOOD_SHARE = 0.6
"""Share of what a mood asks of density that the layers of a genre follow, so that it stays what it is."""

HELD = "ratio = 3.0, attack_ms = 0.1, release_ms = 90.0, makeup_db = 1.0"
"""How the peaks of a layer are held: loud strokes by 3 to 6 dB, usual ones hardly."""

CALM_ENERGY, FULL_ENERGY = 0.4, 0.6


def genre_text(name: str, genre: Genre, mood: str = "") -> str:
    """Return the ``preset.toml`` of a preset in a genre: two sections, and a parameter that chooses.

    Parameters
    ----------
    name : str
        Title of the preset.
    genre : Genre
        The genre.
    mood : str
        One of `adaptive.music.mood.MOODS`; empty: none.
    """
    tempo_bpm, key = tempo_and_key(genre, mood)
    controls = mood_controls(*mood_point(mood)) if mood else {}
    energy = controls.get("energy", 0.55)
    more = MOOD_SHARE * (controls.get("density", 0.5) - 0.5)
    core = [layer.name for layer in genre.layers if not layer.is_extra and layer.generator != "drums"]
    everyone = [layer.name for layer in genre.layers]
    beat = [layer.name for layer in genre.layers if layer.generator == "drums" and not layer.is_extra]
    calm = [*core, *beat] if genre.quiet_drums else core
    of_mood = f", {mood}" if mood else ""
    layers = "\n\n".join(_layer(layer, genre, more) for layer in genre.layers)
    asked = f"mood   = {quoted(mood)}\n" if mood else ""
    about = f"{name}: {genre.name.replace('_', ' ')}{of_mood}: {genre.about}.  All is generated."
    # so that the mood of [steer] does not move the tempo a second time
    tempo = f"tempo_bpm   = {tempo_bpm:g}          # as the mood has it\n" if mood else ""
    quiet, loud = max(0.1, energy - 0.2), min(1.0, energy + 0.25)
    energies = f"[[0.0, {quiet:.2f}], [1.0, {loud:.2f}]]"
    return f"""{comment(about)}

schema    = 1
name      = {quoted(name)}
tempo_bpm = {tempo_bpm:g}
meter     = {quoted(genre.meter)}
key       = {quoted(key)}
level_db  = {genre.level_db:g}

[credits]
composer = ""
license  = ""              # SPDX, such as CC-BY-4.0; `render` writes it into every file it makes

{rule("What comes in")}

[parameters.intensity]     # 0 few and quiet … 1 all and loud:  adaptive send intensity=0.9
range      = [0.0, 1.0]
default    = 0.6
rise_s     = 0.5           # rises quickly, falls slowly
fall_s     = 4.0
hysteresis = 0.1           # `intensity > 0.5` turns true above 0.5 and false again below 0.4

[steer]                    # of all layers; docs/composing.md lists what else can be asked for
{asked}energy = {{ over = "intensity", points = {energies} }}

{rule("What can sound: a style may blend genres: { jazz = 0.7, funk = 0.3 }")}

{layers}

{rule("Sections")}

[sections.calm]
layers      = [{", ".join(map(quoted, calm))}]
length_bars = 16
{tempo}# chords    = ["Am", "F", "C", "G"]     # one for each bar, repeated; without them the genre's are used
# form      = "A A' B A"                # letters are themes, primes are varied returns
energy      = {CALM_ENERGY}

[sections.full]
layers        = [{", ".join(map(quoted, everyone))}]
length_bars   = 16
{tempo.replace("tempo_bpm   ", "tempo_bpm     ")}energy        = {FULL_ENERGY}
min_stay_bars = 4          # stay at least four bars

{chosen_by_intensity("full")}

{rule("How to get there")}

[[transitions]]
from     = "any"
to       = "any"
exit_at  = {{ every_bars = 2 }}
fade_out = {{ beats = 2 }}

{rule("The room")}

[reverb]
decay_s = {genre.reverb_s:g}

{rule("The whole mix")}

[master]
inserts = [
    {{ {_tone(genre)} }},
    {{ kind = "width", width = {genre.width:g}, mono_below_hz = 120.0 }},
]
"""


def _tone(genre: Genre) -> str:
    """The equaliser of the whole mix."""
    tone = 'kind = "eq"'
    if genre.warmth_db:
        tone += f", low_mid_hz = 300.0, low_mid_db = {genre.warmth_db:g}, low_mid_q = 0.7"
    if genre.presence_db:
        tone += f", high_mid_hz = 2500.0, high_mid_db = {genre.presence_db:g}, high_mid_q = 0.7"
    return tone + f", high_hz = {genre.treble_hz}, high_db = {genre.treble_db:g}"


def tempo_and_key(genre: Genre, mood: str = "") -> tuple[float, str]:
    """Return tempo and key of a preset in a genre, as a mood has them within the genre's bounds."""
    slowest, usual, fastest = genre.tempo_bpm
    if not mood:
        return usual, genre.key
    valence, arousal = mood_point(mood)
    tempo_bpm = round(min(fastest, max(slowest, usual * mood_tempo(arousal))))
    key = Key.parse(genre.key)
    return float(tempo_bpm), f"{key.tonic} {mood_mode_of(valence, genre.progressions)}"


def _layer(layer: GenreLayer, genre: Genre, more: float) -> str:
    middle = min(0.9, max(0.1, layer.density + more))
    low, high = max(0.05, middle - 0.12), min(1.0, middle + 0.15)
    lines = [
        f"[layers.{layer.name}]",
        f"generator  = {quoted(layer.generator)}",
        f"style      = {quoted(genre.name)}",
        f"instrument = {quoted(layer.instrument)}",
        f"level_db   = {layer.level_db:g}",
        f'density    = {{ over = "intensity", points = [[0.0, {low:.2f}], [1.0, {high:.2f}]] }}',
    ]
    if layer.pan:
        lines.append(f"pan        = {layer.pan:g}")
    if layer.reverb_db is not None:
        lines.append(f"reverb_db  = {layer.reverb_db:g}")
    if layer.octave:
        lines.append(f"octave     = {layer.octave}")
    inserts = []
    if layer.treble_db:
        inserts.append(f'{{ kind = "eq", high_hz = {layer.treble_hz}, high_db = {layer.treble_db:g} }}')
    if layer.hold_db:
        inserts.append(f'{{ kind = "compressor", threshold_db = {layer.hold_db:g}, {HELD} }}')
    if layer.chorus:
        inserts.append(f'{{ kind = "chorus", mix = {layer.chorus:g} }}')
    if inserts:
        lines.append(f"inserts    = [{', '.join(inserts)}]")
    return "\n".join(lines)


def genre_readme_text(name: str, genre: Genre, mood: str = "") -> str:
    """Return the README of a preset in a genre."""
    of_mood = f", and the mood *{mood}*" if mood else ""
    layers = "\n".join(
        f"| `{layer.name}` | {layer.generator} | {layer.instrument} |" for layer in genre.layers
    )
    return f"""# {name}

Made by `adaptive new` in the genre *{genre.name}*{of_mood}: {genre.about}.
Two sections, *calm* and *full*; everything in them is generated.

| parameter | range | what it does |
|---|---|---|
| `intensity` | 0 to 1 | more notes, louder; above 0.5 all layers play, below 0.4 only some |

| layer | generator | instrument |
|---|---|---|
{layers}

## Listen

`adaptive play .` in this folder, then `adaptive send intensity=0.9` and, a while later,
`adaptive send intensity=0.2`.

## Credits and licence

Fill in `[credits]` in `preset.toml`.
"""
