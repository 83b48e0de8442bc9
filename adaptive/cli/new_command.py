"""``adaptive new``: makes a preset, checks what it wrote, and says what it found and what it passed over."""

from __future__ import annotations

import json
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adaptive.cli.common import say
from adaptive.errors import InputError

if TYPE_CHECKING:
    from adaptive.analysis.model import Proposal
    from adaptive.preset.finding import Finding

MOST_TOLD = 20
"""Files that are passed over are told one by one up to this number; `--json` tells all of them."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("new", help="Make a preset, empty or from your own stems.")(new)


def new(
    folder: Annotated[Path, typer.Argument(help="Folder of the new preset.")],
    stems: Annotated[
        Path | None,
        typer.Option("--from", help="Folder of stems: tempo, bars and tails are found."),
    ] = None,
    straighten: Annotated[
        bool,
        typer.Option("--straighten", help="Make the beats of files that were played without a click even."),
    ] = False,
    genre: Annotated[
        str, typer.Option(help="Genre of a preset that is generated, such as jazz; docs/music.md lists them.")
    ] = "",
    mood: Annotated[str, typer.Option(help="With --genre: a mood, such as tender.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as one JSON object.")] = False,
) -> None:
    """Make a preset, and check it."""
    from adaptive.analysis.proposal import blank_preset, genre_preset, propose, write_preset

    if mood and not genre:
        message = "--mood goes with --genre, such as: adaptive new mine --genre jazz --mood tender"
        raise InputError(message)
    if genre and stems is not None:
        message = "--genre makes a preset that is generated, and --from one of your stems: give one of them"
        raise InputError(message)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = f"{folder} exists and is not empty"
        raise InputError(message)
    proposal = None
    if genre:
        genre_preset(folder, genre, mood)
    elif stems is None:
        blank_preset(folder)
    else:
        if not stems.is_dir():
            message = f"{stems} is no folder"
            raise InputError(message)
        proposal = propose(stems)
        with tempfile.TemporaryDirectory() as copies:
            if straighten:
                stems, proposal = _straightened(stems, Path(copies), proposal)
            write_preset(proposal, folder)
    findings, is_faulty = _check(folder)
    if as_json:
        found = _document(proposal, stems) if proposal and stems else {}
        answer = {
            "preset": str(folder / "preset.toml"), "ok": not is_faulty,
            "findings": [finding.as_json() for finding in findings], **found,
        }  # fmt: skip
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    else:
        if proposal and stems:
            _tell(proposal, stems)
        _tell_findings(folder, findings, is_faulty)
    if is_faulty:
        raise typer.Exit(1)


def _straightened(stems: Path, copies: Path, proposal: Proposal) -> tuple[Path, Proposal]:
    """Stems whose beats are even, and the proposal for them; those given, if none wanders."""
    from adaptive.analysis.proposal import propose
    from adaptive.analysis.straighten import straighten_folder

    made = straighten_folder(stems, copies, proposal)
    for name, sentence in made.items():
        say(f"{name}: {sentence}")
    if not made:
        say("nothing to straighten: the beats of every file are on an even grid, or cannot be told")
        return stems, proposal
    return copies, propose(copies)


def _check(folder: Path) -> tuple[list[Finding], bool]:
    from adaptive.analysis.measured import LIMIT_BYTES
    from adaptive.cli.make_commands import findings_of_preset

    findings = findings_of_preset(str(folder), LIMIT_BYTES)
    return findings, any(finding.severity == "fault" for finding in findings)


def _tell(proposal: Proposal, stems: Path) -> None:
    """Say what became of the files, and what was measured."""
    for name, section in proposal.sections.items():
        length = f"{section.bars} bars" if section.bars else f"{section.beats} beats"
        guessed = " (a guess: check it by ear)" if section.is_tempo_guessed else ""
        say(
            f"section {name}: {length} of {section.beats_per_bar}/4 at {section.tempo_bpm:g} BPM{guessed}, "
            f"beat 1 at {section.first_beat_s:.3f} s; layers: {', '.join(section.files)}"
        )
    for name, stinger in proposal.stingers.items():
        say(f"stinger {name}: {stinger.note}")
    for note in proposal.notes:
        say(note)
    for section in proposal.sections.values():
        for note in section.notes:
            if any(path.name in note for paths in section.files.values() for path in paths):
                say(note)
    for item in proposal.passed_over[:MOST_TOLD]:
        say(f"passed over: {_below(item.path, stems)}: {item.reason}")
    more = len(proposal.passed_over) - MOST_TOLD
    if more > 0:
        say(f"passed over: {more} more files; --json lists them")


def _tell_findings(folder: Path, findings: list[Finding], is_faulty: bool) -> None:
    preset, shown = folder / "preset.toml", shlex.quote(str(folder))
    for finding in findings:
        say(finding.shown)
    if is_faulty:
        say(f"{preset} is written, but cannot be played yet: mend the above, then adaptive check {shown}")
    else:
        say(f"{preset} is written; hear it: adaptive play {shown}")


def _document(proposal: Proposal, stems: Path) -> dict[str, Any]:
    """Return what was found, for `--json`."""
    return {
        "tempo_bpm": proposal.tempo_bpm,
        "meter": f"{proposal.beats_per_bar}/4",
        "sections": {
            name: {
                "length_bars": section.bars or None,
                "length_beats": section.beats,
                "meter": f"{section.beats_per_bar}/4",
                "tempo_bpm": section.tempo_bpm,
                "confidence": section.confidence,
                "first_beat_s": section.first_beat_s,
                "tail_s": section.tail_s,
                "intro_beats": section.intro_beats,
                "intros": {layer: _below(path, stems) for layer, path in section.intros.items()},
                "layers": {
                    layer: [_below(path, stems) for path in paths] for layer, paths in section.files.items()
                },
                "notes": list(section.notes),
            }
            for name, section in proposal.sections.items()
        },
        "stingers": {
            name: {"file": _below(stinger.path, stems), "first_beat_s": stinger.first_beat_s}
            for name, stinger in proposal.stingers.items()
        },
        "stretch": {
            layer: {"kind": kind.kind, "reason": kind.reason} for layer, kind in proposal.stretch.items()
        },
        "notes": list(proposal.notes),
        "passed_over": [
            {"file": _below(item.path, stems), "reason": item.reason} for item in proposal.passed_over
        ],
    }


def _below(path: Path, stems: Path) -> str:
    return path.relative_to(stems).as_posix() if path.is_relative_to(stems) else str(path)
