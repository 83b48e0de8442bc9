"""Estimates tempo, beat 1, bars and tail of each section from its evidence, with the reasons.

The sections of one folder usually share a tempo.  So the rhythm of every section is estimated first; a
section with another tempo is then estimated again with the tempo of the clearest section as a hint.  A
section without a rhythm uses the tempo of the clearest section, unless a name or chunk states one, or its few
attacks lie on the bars of another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adaptive.analysis.evidence import Evidence
from adaptive.analysis.fallback import assume_loop, bpm_of_attacks, is_on_bars, spacing_of_attacks
from adaptive.analysis.grid import Rhythm
from adaptive.analysis.loop import Loop, find_loop
from adaptive.analysis.model import SectionProposal
from adaptive.analysis.names import NamedStem
from adaptive.analysis.tempo import find_rhythm
from adaptive.analysis.wander import Wander, follow_beats

# Of 117 human drum performances, the tempo was right for two thirds of the 40 below this confidence, and for
# nine tenths of the others.
_UNCERTAIN = 0.4


@dataclass(frozen=True)
class Guess:
    """The estimates of all sections.

    Attributes
    ----------
    sections : dict of str to SectionProposal
        The sections in the order they are written.
    lead : str
        The section with the clearest rhythm.
    beats_per_bar : int
        The meter's numerator in that section.
    notes : tuple of str
        Sentences about all sections.
    """

    sections: dict[str, SectionProposal]
    lead: str
    beats_per_bar: int
    notes: tuple[str, ...]


def guess_sections(evidence: Mapping[str, Evidence]) -> Guess:
    """Estimate every section of a folder.

    Parameters
    ----------
    evidence : mapping of str to Evidence
        At least one section, in the order in which they will be written.
    """
    rhythms = {name: _rhythm(found) for name, found in evidence.items()}
    clearest = max(rhythms.values(), key=_confidence)
    if clearest:
        for name, rhythm in rhythms.items():
            # The estimates of two loops of the same tempo never differ by as much as 1 %.
            if rhythm and abs(rhythm.bpm / clearest.bpm - 1.0) > 0.01:
                rhythms[name] = _rhythm(evidence[name], clearest.bpm) or rhythm
    loops = {name: _loop(evidence[name], rhythm) for name, rhythm in rhythms.items() if rhythm}
    lead = max(rhythms, key=lambda name: _confidence(rhythms[name]))
    for name, found in evidence.items():
        if name not in loops:
            loops[name] = _assumed(found, loops[lead].bpm if rhythms[lead] else 0.0, lead)
    sections = {name: _section(evidence[name], loops[name], rhythms[name]) for name in evidence}
    sections = {
        name: replace(found, is_tempo_guessed=rhythms[name] is None and not evidence[name].claims)
        for name, found in sections.items()
    }
    return Guess(sections, lead, loops[lead].beats_per_bar, _notes(sections, rhythms[lead]))


def _confidence(rhythm: Rhythm | None) -> float:
    return rhythm.confidence if rhythm else 0.0


def _rhythm(evidence: Evidence, *more_bpm: float) -> Rhythm | None:
    hints = [*(claim.bpm for claim in evidence.claims), *more_bpm]
    return find_rhythm(evidence.onsets, evidence.lengths_s, hints)


def _loop(evidence: Evidence, rhythm: Rhythm) -> Loop:
    return find_loop(rhythm, evidence.onsets, evidence.extents, evidence.beats_per_bar, evidence.bars_hint)


def _inexact(rhythm: Rhythm, wander: Wander) -> Rhythm:
    """Return the tempo of all beats, as inexact as the recording: its length may be whole bars."""
    error_bpm = wander.bpm * wander.stray_s / (wander.beats_s[-1] - wander.beats_s[0])
    return replace(rhythm, bpm=wander.bpm, error_bpm=max(rhythm.error_bpm, error_bpm))


def _assumed(evidence: Evidence, lead_bpm: float, lead: str) -> Loop:
    """Return the assumed loop of a section without a rhythm; `lead_bpm` is that of `lead`, or 0."""
    bpm, why = 0.0, ""
    if evidence.claims:
        bpm = evidence.claims[0].bpm
        why = f"Tempo: {bpm:.2f} BPM, because {evidence.claims[0].source} says so."
    else:
        bpm, why = lead_bpm, f"Tempo: {lead_bpm:.2f} BPM, a guess: that of the section {lead}."
        meter, length_s = evidence.beats_per_bar or 4, max(evidence.lengths_s)
        spacing_s = spacing_of_attacks(evidence.onsets, evidence.extents)
        is_on_lines = spacing_s and lead_bpm and is_on_bars(spacing_s, length_s, lead_bpm, meter)
        if spacing_s and not is_on_lines and (found := bpm_of_attacks(spacing_s, length_s, meter)):
            bpm = found
            why = (
                f"Tempo: {bpm:.2f} BPM, a guess: with it the few attacks, {spacing_s:.2f} s apart, lie on the"
                f" bars, and {length_s:.2f} s are whole bars."
            )
    return assume_loop(bpm, why, evidence.extents, evidence.beats_per_bar, evidence.bars_hint)


def _section(evidence: Evidence, loop: Loop, rhythm: Rhythm | None) -> SectionProposal:
    confidence = _confidence(rhythm)
    wander = follow_beats(evidence.onsets, loop.bpm) if rhythm and confidence > 0.0 else None
    wander = None if wander is None or wander.is_even else wander
    if rhythm and wander is not None:
        loop = _loop(evidence, _inexact(rhythm, wander))
    notes = [*loop.notes, *_claim_notes(evidence, loop, confidence)]
    if wander is not None:
        notes.append(_wander_note(evidence, wander))
    notes += [f"{name} is silent from beginning to end." for name in evidence.silent]
    files = _files(evidence.named)
    notes += [
        f"{' and '.join(path.name for path in variations)} alternate as variations of one layer; if they "
        f"should play together, give each a layer of its own."
        for variations in files.values()
        if len(variations) > 1
    ]
    return SectionProposal(
        loop.bars,
        loop.beats,
        round(loop.first_beat_s, 4),
        round(loop.tail_s, 4),
        loop.bpm,
        round(confidence, 2),
        files,
        tuple(notes),
        loop.beats_per_bar,
        wander=wander,
    )


def _wander_note(evidence: Evidence, wander: Wander) -> str:
    """Say that the beats are on no grid, what that costs, and what can be done."""
    names = " and ".join(dict.fromkeys(stem.path.name for stem in evidence.named))
    return (
        f"{names}: the beats are on no even grid: the tempo goes from {wander.slowest_bpm:.1f} to "
        f"{wander.fastest_bpm:.1f} BPM, and beats lie up to {1000.0 * wander.stray_s:.0f} ms off.  Its tempo "
        "follows people all the same, its beats miss their steps by as much.  `adaptive new --straighten` "
        "makes the preset from copies whose beats are even."
    )


def _files(named: Sequence[NamedStem]) -> dict[str, tuple[Path, ...]]:
    """Return the files of each layer, variations in order."""
    files: dict[str, tuple[Path, ...]] = {}
    for stem in sorted(named, key=lambda stem: stem.variation):
        files[stem.layer] = (*files.get(stem.layer, ()), stem.path)
    return {stem.layer: files[stem.layer] for stem in named}


def _claim_notes(evidence: Evidence, loop: Loop, confidence: float) -> list[str]:
    """Return sentences that compare the tempi stated by names and chunks with the estimate."""
    notes: list[str] = []
    for bpm in dict.fromkeys(round(claim.bpm, 2) for claim in evidence.claims):
        # Without a rhythm, the first claim was used; `_assumed` already added a sentence.
        if confidence == 0.0:
            break
        sources = [claim.source for claim in evidence.claims if round(claim.bpm, 2) == bpm]
        shown = sources[0] + (f" (and {len(sources) - 1} more)" if len(sources) > 1 else "")
        if abs(bpm / loop.bpm - 1.0) < 0.005:
            notes.append(f"{bpm:g} BPM is also what {shown} says.")
        elif min(abs(bpm / loop.bpm - 2.0), abs(loop.bpm / bpm - 2.0)) < 0.01:
            notes.append(f"{bpm:g} BPM, says {shown}: half or double of the tempo found here.")
        else:
            notes.append(f"{bpm:g} BPM, says {shown}; the onsets do not confirm it.")
    return notes


def _notes(found: dict[str, SectionProposal], rhythm: Rhythm | None) -> tuple[str, ...]:
    """Return sentences about all sections; `rhythm` is that of the clearest section."""
    notes = []
    if rhythm is None:
        notes.append("No rhythm was found anywhere; check tempo, beat 1 and length by ear.")
    elif rhythm.confidence < _UNCERTAIN:
        rival = f"; {rhythm.rival_bpm:.2f} BPM would be the next guess" if rhythm.rival_bpm else ""
        notes.append(f"The tempo is uncertain{rival}.")
    tempi = {section.tempo_bpm for section in found.values()}
    if len(tempi) > 1:
        shown = ", ".join(f"{name} {found[name].tempo_bpm:.2f}" for name in found)
        notes.append(f"The sections have different tempi: {shown} BPM.")
    return tuple(notes)
