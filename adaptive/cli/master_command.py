"""``adaptive master``: brings a finished piece to a loudness, and explains each step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adaptive.cli.common import say, warm_kinds
from adaptive.cli.mix_command import check_amount, progress, read_reference
from adaptive.session.normalise import check_goal

if TYPE_CHECKING:
    from adaptive.analysis.mix_profile import SoundProfile


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("master", help="Bring a finished piece to a loudness: EQ, compression, limiting, explained.")(
        master
    )


def master(
    file: Annotated[Path, typer.Argument(help="The piece: WAV, FLAC, OGG, MP3 or AIFF.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="OUT.wav, OUT.flac or OUT.ogg.")],
    loudness: Annotated[float, typer.Option(help="Integrated loudness, in LUFS.")] = -14.0,
    ceiling: Annotated[float, typer.Option(help="The highest true peak, in dBTP.")] = -1.0,
    reference: Annotated[
        Path | None, typer.Option(help="A recording whose spectrum and width it shall have.")
    ] = None,
    amount: Annotated[
        float, typer.Option(help="0: just into what is usual, 1: all the way to the reference.")
    ] = 0.7,
) -> None:
    """Master a piece."""
    from adaptive.session.mastering import KINDS, master_file

    check_amount(amount)
    check_goal(loudness, ceiling)
    wanted = None if reference is None else read_reference(reference)
    warm_kinds(KINDS)
    with progress("mastering") as tell:
        found = master_file(file, out, loudness, ceiling, wanted, amount, tell)
    minutes, seconds = divmod(round(found.seconds), 60)
    say(f"{file}, {minutes}:{seconds:02d}: {profile_words(found.before)}")
    number = 0
    for step, behind in found.steps:
        if behind is None:
            say(f"   {step.reason}")
            continue
        number += 1
        shown = ", ".join(f"{name} {round(value, 2):g}" for name, value in step.settings.items())
        say(f"{number}. {step.kind} ({shown}): {step.reason}")
        say(f"   behind it: {profile_words(behind)}")
    say(f"{out} is written: {profile_words(found.after)}")
    if abs(found.missing_lu) > 0.1:
        say(f"{found.missing_lu:+.1f} LU are missing: under this ceiling the limiter cannot bring it nearer")


def profile_words(profile: SoundProfile) -> str:
    """Loudness, range, peak, brightness and width, in words."""
    lufs = "loudness not measurable" if profile.lufs is None else f"{profile.lufs:.1f} LUFS"
    span = "" if profile.range_lu is None else f", range {profile.range_lu:.1f} LU"
    return (
        f"{lufs}{span}, true peak {profile.true_peak_db:.1f} dBTP, above 2 kHz {profile.above_2k_db:.1f} dB, "
        f"side {profile.side_mid_db:.1f} dB"
    )
