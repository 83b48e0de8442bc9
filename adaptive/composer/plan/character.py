"""What sets a theme apart from its neighbours: who plays, register, density, harmonic rhythm, energy."""

from __future__ import annotations

from dataclasses import dataclass, replace

from adaptive.composer.plan.brief import LayerBrief, SectionBrief
from adaptive.composer.plan.form import FormPart
from adaptive.composer.seeding import named_seed, seeded

MAY_REST = ("arpeggio", "countermelody", "ostinato", "comping", "texture", "pad", "melody")
"""Generators that may rest in a contrasting theme, those that are missed least first."""

LEADERS = ("melody", "countermelody", "ostinato", "arpeggio", "comping", "pad", "bass")
"""Generators in the order in which they take the lead."""


RHYTHMS = (("bar", "half", "bar"), ("half", "slow", "half"), ("slow", "bar", "slow"))
"""Harmonic rhythms of main, contrasting and quiet themes, one of which each theme has."""


SOLO_REGISTER, SOLO_ENERGY = 2, 0.05
"""Staff steps by which an improvised tune is higher than its theme, and energy that each chorus adds."""


@dataclass(frozen=True, slots=True)
class Character:
    """How a theme sounds.

    Parameters
    ----------
    register : int
        Staff steps by which its tune lies above the middle of the melody's range.
    harmonic_rhythm : str
        As in `PhraseGoal.rhythm`.
    density : float
        Added to the density of every layer.
    energy : float
        Added to the energy of the section.
    resting : frozenset of str
        Layers that are silent.
    """

    register: int = 0
    harmonic_rhythm: str = "bar"
    density: float = 0.0
    energy: float = 0.0
    resting: frozenset[str] = frozenset()


def character_of(brief: SectionBrief, part: FormPart) -> Character:
    """Return the character of a part: the first theme of a movement is full, the third is quiet.

    Two themes of a movement differ in register, and in harmonic rhythm, density or who plays.  Where a theme
    is improvised on, the tune lies higher, extra layers play in contrasting themes only, and the energy rises
    with the choruses.
    """
    if part.solo:
        theme = character_of(brief, replace(part, solo=0, trades=False))
        genre = brief.genre_of(part.theme)
        extras = genre.extras if genre is not None else frozenset[str]()
        is_background = part.place > 0  # they play behind the solo in contrasting themes
        resting = frozenset(
            layer.name for layer in brief.layers if layer.generator in extras and not is_background
        )
        return replace(
            theme,
            register=theme.register + SOLO_REGISTER,
            energy=theme.energy + SOLO_ENERGY * part.solo,
            resting=frozenset() if brief.has_stems else resting,
        )
    rng = seeded(named_seed(brief.seed, brief.section, part.theme, "character"))
    side = 1 if rng.random() < 0.5 else -1
    genre = brief.genre_of(part.theme)
    known = RHYTHMS if genre is None else (*genre.rhythms, ("slow", "bar", "slow"))
    rhythms = known[part.place % 3]
    rhythm = rhythms[int(rng.integers(3))]
    is_free = not brief.has_stems
    # the themes of a movement rest in turn, so that neighbours differ in who plays
    turn = named_seed(brief.seed, brief.section, "resting") % 8 + part.place
    # nobody rests
    is_chorus = genre is not None and part.place == 1 and (side > 0 or genre.choruses is not None)
    resting = _resting(brief, part.place, turn) if is_free and not is_chorus else frozenset[str]()
    if part.place == 0:
        return Character(0, rhythm, 0.0, 0.0, frozenset() if part.primes else _thinner(brief, resting))
    if part.place == 1:
        return Character(4 if side > 0 else -3, rhythm, 0.1 * side, 0.08 * side, resting)
    return Character(-6 if side > 0 else 4, rhythm, -0.18, -0.22, resting)


def _thinner(brief: SectionBrief, resting: frozenset[str]) -> frozenset[str]:
    """Return who rests at the first statement: one layer of many, so that a return is fuller."""
    return resting if len(brief.layers) > 4 else frozenset()


def _resting(brief: SectionBrief, place: int, turn: int) -> frozenset[str]:
    if len(brief.layers) < 2:
        return frozenset()
    genre = brief.genres[0][0] if brief.genres else None
    drums_rest = place >= 2 and not (genre is not None and genre.quiet_drums)
    quiet = [layer for layer in brief.layers if layer.generator == "drums"] if drums_rest else []
    others = [layer for layer in brief.layers if layer.generator in MAY_REST]
    if genre is not None and place < 2:
        extras = [layer for layer in others if layer.generator in genre.extras]
        others = extras or [layer for layer in others if place and layer.generator in {"pad", "comping"}]
        return frozenset(layer.name for layer in others[:1])
    others.sort(key=lambda layer: MAY_REST.index(layer.generator))
    spare = others[: max(1, len(others) - 1)] if len(brief.layers) - len(quiet) > 2 else []
    resting = [*quiet, spare[turn % len(spare)]] if spare else quiet
    return frozenset(layer.name for layer in resting) if len(resting) < len(brief.layers) else frozenset()


def leader_of(brief: SectionBrief, resting: frozenset[str]) -> str:
    """Return the layer that leads: the first of `LEADERS` that plays; empty: only drums play."""
    playing: list[LayerBrief] = [layer for layer in brief.layers if layer.name not in resting]
    ranked = [layer for layer in playing if layer.generator in LEADERS]
    ranked.sort(key=lambda layer: LEADERS.index(layer.generator))
    return ranked[0].name if ranked else ""
