"""The text of a proposed preset: ``preset.toml`` with the reasons as comments, and ``README.md``.

The functions return text and access no files.  File names are not trusted: characters that could end a
comment or a string are removed.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

from adaptive.analysis.model import Proposal, SectionProposal, StingerProposal
from adaptive.analysis.names import word_set
from adaptive.analysis.padding import padded_suffix

_WIDTH = 98
_INTENSITY = "intensity"


def printable(text: str) -> str:
    """Replace characters that are not allowed in a comment: line ends, control characters, surrogates."""
    return "".join(char if char.isprintable() else "?" for char in text).strip()


def stem_places(proposal: Proposal) -> dict[Path, str]:
    """Return the path in the preset's folder to which each file is copied."""
    places: dict[Path, str] = {}

    def put(path: Path, stem: str) -> None:
        suffix = padded_suffix(path) if path in proposal.padded_s else path.suffix.lower()
        place, number = f"stems/{stem}{suffix}", 2
        while place in places.values():
            place = f"stems/{stem}_{number}{suffix}"
            number += 1
        places[path] = place

    for section, found in proposal.sections.items():
        for layer, variations in found.files.items():
            stem = layer if len(proposal.sections) == 1 else f"{section}_{layer}"
            for number, path in enumerate(variations, 1):
                put(path, stem if len(variations) == 1 else f"{stem}_take_{number}")
            if layer in found.intros:
                put(found.intros[layer], f"{stem}_intro")
    for name, stinger in proposal.stingers.items():
        put(stinger.path, name)
    return places


def preset_text(title: str, proposal: Proposal, places: dict[Path, str]) -> str:
    """Return ``preset.toml``; every estimate has its reason in a comment above it."""
    is_layered = len(proposal.sections) == 1 and len(proposal.layers) > 1
    parts = [
        _head(title, proposal),
        _intensity() if is_layered else "",
        rule("What can sound"),
        *[
            _layer(proposal, places, layer, number, is_layered)
            for number, layer in enumerate(proposal.layers)
        ],
        rule("Sections"),
        *[_section(proposal, name, found) for name, found in proposal.sections.items()],
        _transitions(proposal),
        rule("One-shots, each on the event of its name") if proposal.stingers else "",
        *[_stinger(name, found, places[found.path]) for name, found in proposal.stingers.items()],
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def readme_text(title: str, proposal: Proposal) -> str:
    """Return ``README.md``: what was found, how to play it, what is left to do."""
    rows = [
        f"| `{name}` | {_length(found)} | {_number(found.tempo_bpm)} | {found.first_beat_s:.4f} "
        f"| {found.tail_s:.2f} | {', '.join(f'`{layer}`' for layer in found.files)} |"
        for name, found in proposal.sections.items()
    ]
    invitation = _invitation(proposal)
    return f"""# {title}

Made from a folder of stems by `adaptive new`. The numbers are estimates; a comment in `preset.toml`
gives the reason for each.

| section | length | BPM | beat 1 (s) | tail (s) | layers |
|---|---|---|---|---|---|
{chr(10).join(rows)}

## Listen

`adaptive play .` in this folder.
{invitation}

Listen to the join of each loop, and to a change from one section to another. If the music stumbles
there, `tempo_bpm`, `first_beat_s` or `length_bars` is wrong; `adaptive check .` finds what does
not fit together.

## Credits and licence

Fill in `[credits]` in `preset.toml`: who made the stems, and under which licence.
"""


def _invitation(proposal: Proposal) -> str:
    """Return the sentence that suggests what to send first."""
    names = list(proposal.sections)
    if len(names) > 1:
        return f"`adaptive send --state {names[-1]}` goes to the section *{names[-1]}*."
    if len(proposal.layers) > 1:
        return "`adaptive send intensity=0.2` removes layers, `intensity=1` brings them back."
    return "It loops; with a second section or layer, it can react to a parameter."


def _head(title: str, proposal: Proposal) -> str:
    notes = [f"{title}: made from a folder of stems.  Comments give the reason for each estimate."]
    opening = comment(" ".join([*notes, *proposal.notes]))
    return f"""{opening}

schema    = 1
name      = {quoted(title)}
tempo_bpm = {_number(proposal.tempo_bpm)}
meter     = "{proposal.beats_per_bar}/4"
# key     = "A minor"      # the key of generated layers

[credits]
composer = ""              # who made the stems
license  = ""              # SPDX, such as CC-BY-4.0; `render` writes it into every file it makes"""


def _intensity() -> str:
    return f"""{rule("What comes in")}

[parameters.{_INTENSITY}]     # 0 only the first layer … 1 all layers, as the stems were mixed
default = 1.0
rise_s  = 0.5
fall_s  = 2.0"""


def _layer(
    proposal: Proposal,
    places: dict[Path, str],
    layer: str,
    number: int,
    is_layered: bool,
) -> str:
    """Return the table of one layer: its files, where they come from, and its level."""
    held = {name: found.files[layer] for name, found in proposal.sections.items() if layer in found.files}
    sources = ", ".join(dict.fromkeys(printable(path.name) for paths in held.values() for path in paths))
    lines = [comment(f"From {sources}."), f"[layers.{layer}]"]
    files = {name: _files([places[path] for path in paths]) for name, paths in held.items()}
    if len(proposal.sections) == 1:
        lines.append(f"stem = {next(iter(files.values()))}")
    else:
        lines.append(f"stem = {{ {', '.join(f'{name} = {text}' for name, text in files.items())} }}")
    intros = {
        name: quoted(places[found.intros[layer]])
        for name, found in proposal.sections.items()
        if layer in found.intros
    }
    if intros and len(proposal.sections) == 1:
        lines.append(f"intro = {next(iter(intros.values()))}")
    elif intros:
        lines.append(f"intro = {{ {', '.join(f'{name} = {text}' for name, text in intros.items())} }}")
    lines += [
        f"intro_bars = {found.held_bars[layer]}".ljust(27) + "# sound once, before the loop"
        for found in proposal.sections.values()
        if layer in found.held_bars
    ]
    if layer in proposal.stretch:
        kind = proposal.stretch[layer]
        lines.append(f'# stretch = "{kind.kind}"'.ljust(27) + f"# at another tempo: {kind.reason}")
    if any(len(paths) > 1 for paths in held.values()):
        lines.append('order = "shuffle"          # or "sequence", "random": one variation for each pass')
    if is_layered and number > 0:
        lines.append(f"level_db = {_entrance(number, len(proposal.layers))}")
    return "\n".join(lines)


def _files(places: Sequence[str]) -> str:
    """Return the TOML of one file, or of a list of variations."""
    shown = [quoted(place) for place in places]
    return shown[0] if len(shown) == 1 else f"[{', '.join(shown)}]"


def _stinger(name: str, found: StingerProposal, place: str) -> str:
    lines = [
        comment(f"{found.note}  `adaptive send --event {name}` plays it on the next beat."),
        f"[stingers.{name}]",
        f"stem = {quoted(place)}",
    ]
    if found.first_beat_s > 0.0:
        lines.append(f"first_beat_s = {found.first_beat_s:.4f}")
    return "\n".join(lines)


def _entrance(number: int, count: int) -> str:
    """Return the curve of a layer's level; each layer after the first fades in over its own part."""
    low, high = (number - 1) / (count - 1), number / (count - 1)
    # The point at -12 dB, because a straight line from -80 to 0 dB would be inaudible for most of its length.
    points = [(low, -80.0), ((low + high) / 2.0, -12.0), (high, 0.0)]
    shown = ", ".join(f"[{round(x, 3)}, {y}]" for x, y in points)
    return f'{{ over = "{_INTENSITY}", points = [{shown}] }}'


ONCE = word_set("fanfare jingle")
"""Words in the name of a section that plays once."""


def _section(proposal: Proposal, name: str, found: SectionProposal) -> str:
    lines = [comment(note) for note in found.notes]
    lines.append(f"[sections.{name}]")
    layers = ", ".join(quoted(layer) for layer in proposal.layers if layer in found.files)
    lines.append(f"layers       = [{layers}]")
    if found.intro_beats:
        is_whole = found.intro_beats % found.beats_per_bar == 0
        length = found.intro_beats // found.beats_per_bar if is_whole else found.intro_beats
        key = "intro_bars  " if is_whole else "intro_beats "
        lines.append(f"{key} = {length}             # sounds once, before bar 1")
    if found.bars:
        lines.append(f"length_bars  = {found.bars}")
    else:
        lines.append(f"length_beats = {found.beats}")
    if ONCE.intersection(name.split("_")) and len(proposal.sections) > 1:
        lines.append("plays        = 1             # as its name says; then what it interrupted goes on")
        lines.append('then         = "back"')
    if found.beats_per_bar != proposal.beats_per_bar:
        lines.append(f'meter        = "{found.beats_per_bar}/4"')
    lines.append(f"first_beat_s = {found.first_beat_s:.4f}")
    if abs(found.tempo_bpm - proposal.tempo_bpm) > 1e-6:
        lines.append(f"tempo_bpm    = {_number(found.tempo_bpm)}")
    return "\n".join(lines)


def _transitions(proposal: Proposal) -> str:
    if len(proposal.sections) < 2:
        return ""
    reason = comment(
        "The section is a state, set from outside: `adaptive send --state "
        f"{list(proposal.sections)[-1]}`.  [[select]] could choose by a parameter instead."
    )
    return f"""{rule("How to get from one to another")}

{reason}
[[transitions]]
from     = "any"
to       = "any"
exit_at  = "bar"           # or "beat", "phrase", "end", {{ every_bars = 4 }}
enter_at = "start"         # or "same_position"
fade_out = {{ beats = 2 }}   # the old downbeat sounds too; with start_beats = -2 it does not"""


def comment(text: str) -> str:
    """Wrap a paragraph into comment lines."""
    lines = textwrap.wrap(printable(text), _WIDTH, break_on_hyphens=False)
    return "\n".join(f"# {line}" for line in lines)


def rule(title: str) -> str:
    """Return the comment line that begins a part of the file."""
    return f"# ── {title} ".ljust(_WIDTH, "─")


def chosen_by_intensity(section: str) -> str:
    """Return the part of the file that plays a section while `intensity` is high, and *calm* otherwise."""
    return f"""{rule("Which section should play: the first line that is true, from the top")}

[[select]]
section = "{section}"
when    = "intensity > 0.5"

[[select]]
section = "calm"           # no `when`: otherwise"""


def quoted(text: str) -> str:
    """Quote a text for TOML, whose strings have the escapes of JSON."""
    return json.dumps(printable(text), ensure_ascii=False)


def _number(value: float) -> str:
    return re.sub(r"\.?0+$", "", f"{value:.4f}")


def _length(found: SectionProposal) -> str:
    return f"{found.bars} bars" if found.bars else f"{found.beats} beats"
