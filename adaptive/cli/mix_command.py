"""``adaptive mix``: listens to a preset, and proposes how to mix it, as a change of its text."""

from __future__ import annotations

import difflib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn

from adaptive.cli.common import UsageError, console, say, warm_kernel
from adaptive.errors import InputError
from adaptive.preset.finding import FILE_NAME
from adaptive.session.opening import open_preset

if TYPE_CHECKING:
    from adaptive.analysis.mix_proposal import MixChange
    from adaptive.analysis.mix_reference import MixReference
    from adaptive.preset.model import Preset
    from adaptive.session.mixing import Mixed


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("mix", help="Listen to a preset, and propose levels, EQ and compression with their reasons.")(
        mix
    )


def mix(
    preset: Annotated[str, typer.Argument(help="A preset's name or folder.")],
    reference: Annotated[
        Path | None, typer.Option(help="A recording to compare with; without it, published averages.")
    ] = None,
    amount: Annotated[
        float, typer.Option(help="0: just into what is usual, 1: all the way to the reference.")
    ] = 0.7,
    is_applied: Annotated[
        bool, typer.Option("--apply", help="Write the changes into the preset's file.")
    ] = False,
) -> None:
    """Propose how to mix a preset."""
    from adaptive.session.mixing import mix_preset

    check_amount(amount)
    loaded = open_preset(preset)
    path = loaded.folder / FILE_NAME
    if is_applied and not os.access(path, os.W_OK):
        message = f"{path} cannot be written; copy the preset's folder, and mix the copy"
        raise InputError(message)
    wanted = None if reference is None else read_reference(reference)
    with progress("listening") as tell:
        found = mix_preset(loaded, wanted, amount, warm_kernel, tell)
    _tell_heard(loaded, found)
    if not found.changes:
        say("nothing to change" + _left_words(found, "outside, and no change was found that mends it"))
        return
    for number, change in enumerate(found.changes, 1):
        say(f"{number}. {_subject(change)}: {change.in_words}; {change.reason}")
    say(f"with these changes, rendered again: {figures_words(found.after)}{_left_words(found)}")
    shown = difflib.unified_diff(
        found.before_text.splitlines(keepends=True), found.text.splitlines(keepends=True),
        f"{path} (as it is)", f"{path} (mixed)", n=1,
    )  # fmt: skip
    sys.stdout.write("".join(shown))
    if is_applied:
        write_text(path, found.before_text, found.text)
        say(f"{path} is written")
    else:
        say("nothing is written; with --apply it is")


def check_amount(amount: float) -> None:
    """Refuse an amount that is none.

    Raises
    ------
    UsageError
        One sentence.
    """
    if not 0.0 <= amount <= 1.0:
        message = f"--amount must be from 0 to 1, got {amount:g}"
        raise UsageError(message)


def read_reference(path: Path) -> MixReference:
    """Measure a recording to compare with; say what was heard of a long one."""
    from adaptive.analysis.mix_reference import recording_reference
    from adaptive.analysis.recording import MOST_HEARD_S, recording_profile

    profile, seconds = recording_profile(path)
    if seconds >= MOST_HEARD_S:
        say(f"{path}: {seconds / 60.0:.0f} minutes of its middle were heard")
    return recording_reference(profile, path.name)


@contextmanager
def progress(what: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on a terminal; yields what is told the share that is done."""
    with Progress(
        TextColumn(what), BarColumn(), TextColumn("{task.percentage:3.0f} %"),
        console=console, transient=True, disable=not sys.stderr.isatty(),
    ) as bar:  # fmt: skip
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _subject(change: MixChange) -> str:
    return f"layer {change.layer}" if change.layer else "all together"


def _tell_heard(preset: Preset, found: Mixed) -> None:
    many = f"{len(found.sections)} sections were" if len(found.sections) != 1 else "1 section was"
    say(f"{preset.file.name}: {many} heard ({', '.join(found.sections)})")
    if found.unheard:
        say(f"not heard, because no parameter or state chooses them: {', '.join(found.unheard)}")
    say(f"compared with {found.reference.source}")
    say(f"as it is: {figures_words(found.before)}")
    wide, above, loud = found.reference.side_mid_db, found.reference.above_2k_db, found.reference.lufs
    say(
        f"wanted: {loud[0]:.0f} to {loud[1]:.0f} LUFS, above 2 kHz {above[0]:.0f} to {above[1]:.0f} dB, "
        f"side {wide[0]:.0f} to {wide[1]:.0f} dB"
    )


def figures_words(found: Mapping[str, float]) -> str:
    """Loudness, brightness, width and distance, in words."""
    return (
        f"{found['lufs']:.1f} LUFS, above 2 kHz {found['above_2k_db']:.1f} dB, "
        f"side {found['side_mid_db']:.1f} dB, "
        f"spectrum {found['apart_db']:.1f} dB from the reference in the mean"
    )


def _left_words(found: Mixed, words: str = "still outside") -> str:
    return f"; {words}: {', '.join(found.left)}" if found.left else ""


def write_text(path: Path, before: str, text: str) -> None:
    """Replace the text of a file, as a whole or not at all; a byte order mark stays.

    Raises
    ------
    InputError
        It cannot be written, or was changed meanwhile.
    """
    content = path.read_bytes()
    mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    if content.removeprefix(mark) != before.encode():
        message = f"{path} was changed while it was heard; nothing is written"
        raise InputError(message)
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            file.write(mark + text.encode())
        Path(file.name).chmod(path.stat().st_mode)
        Path(file.name).replace(path)
    except OSError as error:
        with suppress(NameError, OSError):
            Path(file.name).unlink()
        message = f"{path} cannot be written: {error.strerror}"
        raise InputError(message) from error
