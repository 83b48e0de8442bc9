"""Drum bars from the learned networks: a groove of two bars for a theme, and bars that vary it.

The groove is drawn once for a theme and a density.  Every other bar is drawn with the groove as its past, so
that it depends on nothing but the theme and its own place, and is found again after a jump.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from adaptive.composer.context import BarContext
from adaptive.composer.feel.performance import swing_ratio
from adaptive.composer.fills import PART_FILL_ENERGY, fill_start
from adaptive.composer.genres.mixing import swing_of
from adaptive.composer.learned import weights
from adaptive.composer.learned.drum_grid import BAR_STEPS, GHOST, KINDS, SNARE, STROKES, STYLES, Grid
from adaptive.composer.learned.feel import played
from adaptive.composer.learned.pattern_features import Wanted
from adaptive.composer.learned.patterns import Drawing, draw_bar
from adaptive.composer.plan.section_plan import THIN_BAR, BarPlan
from adaptive.composer.seeding import named_seed, seeded
from adaptive.composer.strokes import Stroke
from adaptive.composer.swing import EIGHTHS
from adaptive.composer.writing import meter_of

PLAYS_AS = {
    "drive": "rock", "funk": "funk", "hiphop": "hiphop", "jazz": "jazz", "latin": "latin", "dance": "dance",
    "reggae": "reggae", "pop": "pop", "house": "dance",
}  # fmt: skip
"""Styles of the generator that are drawn from the pattern network, and its style."""

KICK_LIKING = 2.0
"""How much more likely, in nats, a kick is on the highest of the theme's accents than on the lowest."""

BACKBEAT = {("kick", 0): 1.5, ("snare", 4): 2.5, ("snare", 12): 2.5}
HATS = {("ride", step): -1.0 for step in range(BAR_STEPS)}
FOUR_ON_THE_FLOOR = (
    {("kick", step): 9.0 if step % 4 == 0 else -5.0 for step in range(BAR_STEPS)}
    | {("hat_open", step): 6.0 if step % 4 == 2 else -2.0 for step in range(BAR_STEPS)}
    | {("snare", step): 6.0 if step % 8 == 4 else -1.5 for step in range(BAR_STEPS)}
)  # fmt: skip
RIDE_AND_HAT = (
    {("ride", step): 3.0 for step in (0, 4, 6, 8, 12, 14)}
    | {("ride", step): -3.0 for step in range(1, BAR_STEPS, 2)}
    | {("kick", step): 1.5 for step in (0, 4, 8, 12)}
    | {("hat", step): 3.5 if step in {4, 12} else -2.5 for step in range(BAR_STEPS)}
    | {(tom, step): -1.0 for tom in ("tom_high", "tom_mid", "tom_low") for step in range(BAR_STEPS)}
)
LIKED: dict[str, dict[tuple[str, int], float]] = {
    "drive": BACKBEAT | HATS,
    "funk": BACKBEAT | HATS | {("hat_open", 14): 4.0},
    "hiphop": BACKBEAT | {("hat_open", 14): 1.5},
    "latin": {("kick", 0): 1.0},
    "dance": {("kick", 0): 3.0, ("kick", 4): 3.0, ("kick", 8): 3.0, ("kick", 12): 3.0, ("snare", 4): 3.0,
              ("snare", 12): 3.0},
    "jazz": RIDE_AND_HAT,
    "pop": BACKBEAT | HATS | {("kick", 8): 1.0, ("hat_open", 14): 1.5},
    "house": FOUR_ON_THE_FLOOR | {("ride", step): -4.0 for step in range(BAR_STEPS)},
    "reggae": {("kick", 8): 2.5, ("snare", 8): 3.0, ("kick", 0): -1.5},
}  # fmt: skip
"""Strokes that make a style what it is: how much more likely they are made, in nats."""

TOMS = tuple(STROKES.index(tom) for tom in ("tom_high", "tom_mid", "tom_low"))
FILL_TOMS = 1.6
"""How much more likely toms are made in fills, in nats: people play 5.7 in one."""

TERNARY_OFFBEAT = 0.62
"""Place of the second eighth of a beat from which the beat is divided in three."""

SOLO_CYMBALS = 2.5
"""How much less likely cymbals are where drums play alone, in nats, but for the hat on beats 2 and 4."""

SNARE_ACCENT = {"jazz": 1.3}
"""Factor of the velocity of full snare strokes: beside brushed ones they are accents."""

RIDE_ACCENTS = {"jazz": {4: 1.15, 12: 1.15, 6: 0.75, 14: 0.75}}
"""Factors of the velocity of the ride by sixteenth: accents on beats 2 and 4, and the skipped notes soft."""

WITH_RIM = frozenset({"hiphop", "pop", "latin"})
"""Styles in which the snare is played as a cross-stick in contrasting themes that are calmer."""

WITH_RIDE = frozenset({"drive", "funk", "pop", "latin"})
RIDE_SHARE, RIDE_LIKING = 0.7, 4.0
"""Share of contrasting themes of some styles in which the ride takes the hat's place, and how clearly."""

FEWEST_STROKES, MOST_STROKES = 3.0, 31.0
"""Strokes of a bar that are asked for at density 0 and 1."""

USUAL_SYNCOPATION = 1.75
"""What is asked for where nothing is: a little less than the median of the recordings, 2.1."""

SYNCOPATION_OF = {"funk": 2.75, "hiphop": 2.0, "jazz": 2.5, "dance": 0.75, "reggae": 1.0}
GHOSTS_OF = {"funk": 0.39, "hiphop": 0.2, "jazz": 0.33, "latin": 0.34, "reggae": 0.32}
"""The same for styles that differ from it, and their share of ghosts: medians of the recordings, or near."""

GROOVE_STEP = 5.0
"""A change of density by fewer strokes than these draws no other groove."""

THINNED = round(THIN_BAR * (MOST_STROKES - FEWEST_STROKES))
"""Strokes that the plan takes from the last bar of a phrase, which has the groove of the others."""

MOST_SYNCOPATION, MOST_GHOSTS = 7.0, 0.7
"""What is asked for at `syncopation` and `complexity` 1: of a bar, and of its snare strokes."""

MOST_OVER = 1
"""A bar with more strokes than asked for and these loses its least needed ones."""

FILL_STROKES = 6.0
"""Strokes that a bar with a fill has more than others."""

CRASH_ENERGY = 0.5
"""Energy below which a crash is played on the ride instead."""

CALM_TEMPERATURE, LIVELY_TEMPERATURE = 0.8, 1.15
"""Factors of the temperature of the groove's first bar, which has to be a usual one, and of its second."""

TEMPERATURE_OF = {"pop": 1.12}
"""Factor of the temperature of styles whose strokes are so sure of their places that bars hardly differ."""

LONG_PHRASE_FILLS = 0.4
"""Share of the fills at ends of phrases inside a part that last half a bar."""

SPARE_FILLS = 0.05
"""Share of the bars inside a phrase that get a fill."""

SALT_GROOVE, SALT_BAR, SALT_FILL, SALT_AGAIN = 111, 112, 113, 114

_NEED = {"kick": 3.0, "snare": 3.0, "crash": 2.5, "ride": 1.6, "hat": 1.5, "hat_open": 1.4, "ghost": 0.5}
"""How much each kind of stroke is needed, beside the weight of its place (toms: 1)."""

_PIECE_OF = {"ghost": "snare"}
BY_FOOT = _PIECE_OF | {"hat": "hat_pedal"}
"""In jazz the hat is closed by the foot, while a hand plays the ride."""


@dataclass(frozen=True, slots=True)
class _Theme:
    """All that a groove depends on."""

    seed: int
    name: str
    style: int
    strokes: float
    syncopation: float
    ghosts: float | None
    accents: tuple[tuple[float, ...], ...]
    is_exact: bool
    on_ride: bool = False
    temperature: float = 1.0


def learned_strokes(context: BarContext, style: str) -> list[Stroke] | None:
    """Return the strokes of a bar in a learned style, with the timing and the velocity of people.

    None if the networks cannot write it: another meter than 4/4, another style, no weights, `learned` off.
    """
    networks = weights.networks() if context.steer.learned else None
    if networks is None or style not in PLAYS_AS or (context.beats, context.beat_unit) != (4, 4):
        return None
    theme = _theme(context, style)
    grid = _bar(theme, context)
    more = FILL_STROKES if _fill_start(context) is not None else 0.0
    grid = _fitted(grid, _strokes(context) + more, context)
    around = np.concatenate([_groove(theme, 1), grid, _groove(theme, 0)])
    late, loud = played(networks, around, theme.style, _offbeat(context), context.tempo_bpm)
    loud = _accented(loud, style)
    is_ternary = _offbeat(context) > TERNARY_OFFBEAT
    pieces = BY_FOOT if style == "jazz" else _PIECE_OF | _rim(context, style)
    return [
        Stroke(
            pieces.get(STROKES[kind], STROKES[kind]), _onset(int(step), is_ternary=is_ternary),
            min(1.0, float(loud[step, kind])),
            late_ms=float(late[step, kind]),
        )
        for step, kind in np.argwhere(grid)
    ]  # fmt: skip


def _onset(step: int, *, is_ternary: bool) -> Fraction:
    """Return the beat of a sixteenth; where eighths are triplets, the second sixteenth is the middle one."""
    beat, place = divmod(step, 4)
    return beat + (Fraction(1, 3) if is_ternary and place == 1 else Fraction(place, 4))


def _accented(loud: NDArray[np.float64], style: str) -> NDArray[np.float64]:
    """Return velocities with the accents of a style."""
    loud = loud.copy()
    loud[:, SNARE] *= SNARE_ACCENT.get(style, 1.0)
    for step, factor in RIDE_ACCENTS.get(style, {}).items():
        loud[step, STROKES.index("ride")] *= factor
    return loud


def _rim(context: BarContext, style: str) -> dict[str, str]:
    character = context.plan.part.character
    return {"snare": "rim"} if style in WITH_RIM and character.energy < 0.0 else {}


def _strokes(context: BarContext) -> float:
    """Return how many strokes a bar is asked for."""
    return float(round(FEWEST_STROKES + (MOST_STROKES - FEWEST_STROKES) * context.density))


def _theme(context: BarContext, style: str) -> _Theme:
    plan, steer = context.plan, context.steer
    strokes = _strokes(context) + (THINNED if context.is_phrase_end else 0.0)
    strokes = max(FEWEST_STROKES, GROOVE_STEP * round(strokes / GROOVE_STEP))
    return _Theme(
        plan.rhythm_seed(context.layer) ^ context.seed, style, STYLES.index(PLAYS_AS[style]), strokes,
        SYNCOPATION_OF.get(style, USUAL_SYNCOPATION)
        if steer.syncopation is None
        else MOST_SYNCOPATION * round(steer.syncopation, 1),
        GHOSTS_OF.get(style) if steer.complexity is None else MOST_GHOSTS * round(steer.complexity, 1),
        plan.part.groove,
        steer.syncopation is not None or steer.complexity is not None,
        style in WITH_RIDE and plan.part.form.place == 1 and plan.part.groove[0][0] < RIDE_SHARE,
        drum_temperature(steer.temperature) * TEMPERATURE_OF.get(style, 1.0),
    )  # fmt: skip


def drum_temperature(asked: float) -> float:
    """Return the factor of the temperature at which strokes are drawn; asked: 0 to 3, 1 as usual."""
    return 0.4 + 0.6 * asked if asked < 1.0 else 1.0 + 0.2 * (asked - 1.0)


@lru_cache(maxsize=64)
def _liking(
    style: str, accents: tuple[float, ...], syncopation: float, *, on_ride: bool = False
) -> NDArray[np.float64]:
    """Return what is more likely, by sixteenth and stroke; a syncopated style keeps less of its backbeat."""
    kept = max(0.0, 1.0 - max(0.0, syncopation - USUAL_SYNCOPATION) / MOST_SYNCOPATION)
    liking = np.zeros((BAR_STEPS, KINDS))
    liking[:, 0] = KICK_LIKING * (np.array(accents) - 0.5)
    for (stroke, step), nats in LIKED.get(style, {}).items():
        liking[step, STROKES.index(stroke)] += kept * nats
    if on_ride:
        liking[:, STROKES.index("ride")] += RIDE_LIKING
        liking[:, STROKES.index("hat")] -= RIDE_LIKING
    return liking


@lru_cache(maxsize=1)
def _solo_liking() -> NDArray[np.float64]:
    """Return what is more likely where drums play alone: toms and the hat by foot in place of cymbals."""
    liking = np.zeros((BAR_STEPS, KINDS))
    liking[:, TOMS] += FILL_TOMS
    liking[:, [STROKES.index(name) for name in ("ride", "hat", "hat_open")]] -= SOLO_CYMBALS
    liking[[4, 12], STROKES.index("hat")] += 2.0 * SOLO_CYMBALS
    return liking


@lru_cache(maxsize=64)
def _groove(theme: _Theme, number: int) -> Grid:
    """Return bar 0 or 1 of the groove of a theme; -1: a bar that is drawn before it, to get going."""
    networks = weights.networks()
    assert networks is not None
    history = [_groove(theme, before) for before in range(-1, number)] or [np.zeros((0, KINDS), np.uint8)]
    wanted = Wanted(theme.style, theme.strokes, theme.syncopation, theme.ghosts)
    liking = _liking(
        theme.name, theme.accents[number % len(theme.accents)], theme.syncopation, on_ride=theme.on_ride
    )
    temperature = (LIVELY_TEMPERATURE if number == 1 else CALM_TEMPERATURE) * theme.temperature
    drawing = Drawing(np.concatenate(history), number + 2, wanted, liking, temperature, theme.is_exact)
    return draw_bar(networks, drawing, seeded(theme.seed, SALT_GROOVE, number + 1))


def _bar(theme: _Theme, context: BarContext) -> Grid:
    """Return a bar of the part: the groove in its first bars, else drawn anew after the groove.

    A plain return of the theme has its first bars again; of a varied one only the first is the same.
    """
    plan = context.plan
    place, start = plan.bar_in_part, _fill_start(context)
    usual, is_new = _groove(theme, place % 2), _is_new(context)
    is_groove = place == 0 or (place == 1 and not plan.part.variation) or _is_again(context)
    if start is None and is_groove and not is_new:
        return usual
    # no fill is played twice
    is_theme = not plan.part.variation and start is None and not is_new
    statement = 0 if is_theme else plan.part.number + 1
    seed = named_seed(plan.part.seed ^ plan.part.brief.visit, context.layer, f"{place} {statement}")
    if plan.is_drum_solo:
        return _drawn(theme, place, seed, _strokes(context), is_fill=True, is_solo=True)
    drawn = _drawn(theme, place, seed, _strokes(context), is_fill=start is not None)
    if start is None:
        return drawn
    first = int(start * 4)
    return np.concatenate([usual[:first], drawn[first:]])


def _is_again(context: BarContext) -> bool:
    """Whether a bar has the groove as it is, because repetition is asked for."""
    repetition = context.steer.repetition
    if repetition is None or repetition <= 0.5:
        return False
    drawn = float(seeded(context.plan.change_seed(context.layer), SALT_AGAIN).random())
    return drawn < 2.0 * (repetition - 0.5)


def _is_new(context: BarContext) -> bool:
    """Whether a bar is drawn anew although it has been heard, because little repetition is asked for."""
    repetition = context.steer.repetition
    if repetition is None or repetition >= 0.5:
        return False
    drawn = float(seeded(context.plan.change_seed(context.layer), SALT_AGAIN).random())
    return drawn < 2.0 * (0.5 - repetition)


def _fill_start(context: BarContext) -> Fraction | None:
    """Return where a fill begins, in beats: half a bar at the end of a part, a beat at that of a phrase."""
    plan = context.plan
    if plan.is_drum_solo:
        return Fraction(0)
    if fill_start(context) is None:
        rng = seeded(plan.change_seed(context.layer), SALT_FILL)
        is_spare = plan.bar_in_part > 1 and not context.is_phrase_end and context.energy >= PART_FILL_ENERGY
        return Fraction(2) if is_spare and rng.random() < SPARE_FILLS else None
    rng = seeded(plan.change_seed(context.layer), SALT_FILL, 1)
    is_long = (
        (plan.is_part_end and not _repeats(plan)) or context.is_leaving or rng.random() < LONG_PHRASE_FILLS
    )
    return Fraction(2 if is_long and context.energy >= PART_FILL_ENERGY else 3)


def _repeats(plan: BarPlan) -> bool:
    """Whether the next part of a chorus has the same theme, to which a short fill leads."""
    part, after = plan.part, plan.following
    is_chorus = part.genre is not None and part.genre.choruses is not None
    return (
        is_chorus
        and after is not None
        and (after.form.theme, after.form.solo) == (part.form.theme, part.form.solo)
    )


@lru_cache(maxsize=64)
def _drawn(
    theme: _Theme, place: int, seed: int, strokes: float, *, is_fill: bool, is_solo: bool = False
) -> Grid:
    networks = weights.networks()
    assert networks is not None
    history = np.concatenate([_groove(theme, number % 2) for number in range(place, place + 4)])
    strokes += FILL_STROKES if is_fill else 0.0
    # bars may be as syncopated as they like around their groove, unless somebody asks or they stand alone
    syncopation = theme.syncopation if theme.is_exact or is_solo else None
    wanted = Wanted(theme.style, strokes, syncopation, theme.ghosts, is_fill)
    liking = _liking(
        theme.name, theme.accents[place % len(theme.accents)], theme.syncopation, on_ride=theme.on_ride
    )
    if is_solo:
        liking = _solo_liking()
    elif is_fill:
        liking = liking.copy()
        liking[:, TOMS] += FILL_TOMS
    drawing = Drawing(history, place, wanted, liking, theme.temperature, is_exact=theme.is_exact)
    return draw_bar(networks, drawing, seeded(seed, SALT_BAR))


def _fitted(grid: Grid, strokes: float, context: BarContext) -> Grid:
    """Return a bar without crashes that are not wanted, and with no more strokes than asked for."""
    grid = grid.copy()
    crash, ride = STROKES.index("crash"), STROKES.index("ride")
    if context.energy < CRASH_ENERGY:
        grid[:, ride] |= grid[:, crash]
        grid[:, crash] = 0
    elif context.plan.bar_in_part == 0:
        grid[0, crash], grid[0, ride] = 1, 0
    there = [(int(step), int(kind)) for step, kind in np.argwhere(grid)]
    there.sort(key=lambda at: _need(*at))
    for step, kind in there[: max(0, len(there) - round(strokes) - MOST_OVER)]:
        grid[step, kind] = 0
    return grid


def _need(step: int, kind: int) -> float:
    weight = (
        1.0
        if step == 0
        else 0.8
        if step % 8 == 0
        else 0.6
        if step % 4 == 0
        else 0.35
        if step % 2 == 0
        else 0.15
    )
    return _NEED.get(STROKES[kind], 1.0) * weight + 0.001 * step / BAR_STEPS


def _offbeat(context: BarContext) -> float:
    """Return where the second eighth lies, for the feel network."""
    swing = swing_of(tuple(layer.style for layer in context.plan.part.brief.layers))
    ratio = swing_ratio(context)
    return ratio / (1.0 + ratio) if swing.pair == EIGHTHS else 0.5


GRID_OF = {
    "kick": "kick", "snare": "snare", "rim": "snare", "hat": "hat", "hat_pedal": "hat",
    "shaker": "hat", "woodblock": "ride",
    "hat_open": "hat_open", "ride": "ride", "crash": "crash", "tom_high": "tom_high", "tom_mid": "tom_mid",
    "tom_low": "tom_low",
}  # fmt: skip
"""What the feel network takes each piece of a rule-made pattern for."""

GHOST_BELOW = 0.36
"""Snare strokes of a rule-made pattern that are softer than this are ghosts."""

ACCENT = 0.6
"""Share of people's accents (as a power) that a rule-made pattern gets beside its own."""


def with_feel(context: BarContext, strokes: list[Stroke], style: str) -> list[Stroke]:
    """Return a rule-made pattern as people would play it: its strokes off the grid, with their accents.

    Strokes between sixteenths stay as they are.  In other meters than 4/4, each pulse is played as a beat
    of 4/4: a bar of up to four pulses as one bar, a longer one as several.
    """
    networks = weights.networks() if context.steer.learned else None
    if networks is None:
        return strokes
    places = [_place_of(context, stroke) for stroke in strokes]
    parts = -(-len(meter_of(context).pulses) // BEATS)
    bars = np.zeros((parts, BAR_STEPS, KINDS), np.uint8)
    for place in places:
        if place is not None:
            bars[place] = 1
    number = STYLES.index(PLAYS_AS[style]) if style in PLAYS_AS else None
    around = [np.concatenate([bars[part - 1], bars[part], bars[(part + 1) % parts]]) for part in range(parts)]
    felt = [played(networks, grid, number, _offbeat(context), context.tempo_bpm) for grid in around]
    late, loud = np.stack([one for one, _ in felt]), np.stack([one for _, one in felt])
    usual = {kind: float(loud[bars[:, :, kind] > 0, kind].mean()) for kind in {p[2] for p in places if p}}
    return [
        stroke
        if place is None
        else replace(
            stroke,
            velocity=min(1.0, stroke.velocity * (float(loud[place]) / usual[place[2]]) ** ACCENT),
            late_ms=min(max(float(late[place]), -MOST_LATE_MS), MOST_LATE_MS),
        )
        for stroke, place in zip(strokes, places, strict=True)
    ]


MOST_LATE_MS = 20.0
"""A stroke of a rule-made pattern is at most this early or late: what is asked of the network is unusual."""

BEATS = 4
"""Beats of the bars that the networks know."""


def _place_of(context: BarContext, stroke: Stroke) -> tuple[int, int, int] | None:
    """Return the bar, sixteenth and kind that the feel network takes a stroke for; None: for nothing."""
    meter, kind = meter_of(context), _kind_of(stroke)
    if kind < 0 or (stroke.onset / meter.step).denominator != 1:
        return None
    pulse = meter.pulse_at(stroke.onset)
    share = (stroke.onset - meter.pulses[pulse]) / meter.pulse_lengths[pulse]
    part, beat = divmod(pulse, BEATS)
    return part, BEATS * beat + int(share * BEATS), kind


def _kind_of(stroke: Stroke) -> int:
    """Return what the feel network takes a stroke for; -1: for nothing."""
    if stroke.piece not in GRID_OF:
        return -1
    kind = STROKES.index(GRID_OF[stroke.piece])
    return GHOST if kind == SNARE and stroke.velocity < GHOST_BELOW else kind
