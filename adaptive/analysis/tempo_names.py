"""Names the sections into which the files of one section were divided by tempo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adaptive.analysis.names import (
    DEFAULT_LAYER,
    DEFAULT_SECTION,
    NamedStem,
    identifier,
    without_shared,
    words_of,
)


def name_by_tempo(groups: Sequence[Sequence[NamedStem]], bpms: Sequence[float]) -> list[list[NamedStem]]:
    """Give each group of files a section of its own, and the same layer the same name in all of them.

    Parameters
    ----------
    groups : sequence of sequence of NamedStem
        The files of one section, one group for each tempo.
    bpms : sequence of float
        The tempo of each group; 0 if it is unknown.

    Returns
    -------
    list of list of NamedStem
        The section is called after the words that all names of the group have and no name of another
        group, such as *slow*; otherwise after the tempo.
    """
    own = [_own_words(groups, number) for number in range(len(groups))]
    titles = [
        " ".join(words) or (f"bpm {bpm:.0f}" if bpm else "") for words, bpm in zip(own, bpms, strict=True)
    ]
    # one group may keep the section's name; several without words or tempo are numbered
    sections: list[str] = []
    for group, title in zip(groups, titles, strict=True):
        base = "" if group[0].section == DEFAULT_SECTION else group[0].section
        section, number = identifier(f"{base} {title}".strip() or DEFAULT_SECTION, "section"), 2
        while section in sections:
            section, number = identifier(f"{base} {title} {number}", "section"), number + 1
        sections.append(section)
    rests = [
        [[word for word in words_of(stem.path) if word not in words] for stem in group]
        for group, words in zip(groups, own, strict=True)
    ]
    flat, _ = without_shared([rest for group in rests for rest in group])
    layers = iter([" ".join(words) for words in flat])
    return [
        _with_layers(group, section, [next(layers) for _ in group])
        for group, section in zip(groups, sections, strict=True)
    ]


def _own_words(groups: Sequence[Sequence[NamedStem]], number: int) -> list[str]:
    """Return the words that all names of one group have, and no name of another group, in their order."""
    inside = [words_of(stem.path) for stem in groups[number]]
    outside = {
        word
        for other, group in enumerate(groups)
        if other != number
        for stem in group
        for word in words_of(stem.path)
    }
    return [word for word in inside[0] if word not in outside and all(word in words for words in inside)]


def _with_layers(group: Sequence[NamedStem], section: str, layers: Sequence[str]) -> list[NamedStem]:
    named: list[NamedStem] = []
    taken: set[str] = set()
    for stem, words in zip(group, layers, strict=True):
        layer, number = identifier(words or DEFAULT_LAYER, "layer"), 2
        while layer in taken:
            layer, number = identifier(f"{words or DEFAULT_LAYER} {number}", "layer"), number + 1
        taken.add(layer)
        named.append(replace(stem, section=section, layer=layer, variation=0))
    return named
