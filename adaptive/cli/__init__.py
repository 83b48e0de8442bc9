"""The command line: parses arguments, runs a command, and shows errors as one sentence each."""

from __future__ import annotations

import errno
import sys
import traceback
from typing import Annotated

import typer

from adaptive import __version__
from adaptive.cli import (
    calibrate_command,
    inspect_commands,
    make_commands,
    master_command,
    midi_command,
    mix_command,
    new_command,
    play_command,
    render_command,
)
from adaptive.cli.common import UsageError
from adaptive.cli.streams import use_stand_ins
from adaptive.errors import AdaptiveError, MachineError, PresetError
from adaptive.sinks.call_timeout import LEFT_BEHIND, leave

MACHINE_TROUBLES = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM}

app = typer.Typer(
    name="adaptive",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
play_command.register(app)
render_command.register(app)
new_command.register(app)
calibrate_command.register(app)
make_commands.register(app)
mix_command.register(app)
master_command.register(app)
inspect_commands.register(app)
midi_command.register(app)


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        sys.stdout.write(f"adaptive {__version__}\n")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and end."),
    ] = False,
) -> None:
    """A real-time adaptive soundtrack engine: music that follows the moment."""


def main() -> None:
    """Run the command line and end the process.  Every expected error is one sentence on stderr."""
    use_stand_ins()
    try:
        code = _run()
    except BaseException:
        if LEFT_BEHIND:  # the normal end of the interpreter would wait for a dead device
            traceback.print_exc()
            leave(1)
        raise
    leave(code)


def _run() -> int:
    try:
        code = app(standalone_mode=False)
        return code if isinstance(code, int) else 0
    except UsageError as error:
        if not sys.argv[1:]:
            error.show()  # there are no arguments: show the help
        else:
            command = error.ctx.command_path if error.ctx is not None else "adaptive"
            sentence = error.format_message().rstrip(".")
            sys.stderr.write(f"adaptive: {sentence} (see {command} --help)\n")
        return 2
    except PresetError as error:
        for fault in error.faults:
            sys.stderr.write(f"{fault}\n")
        return error.exit_code
    except AdaptiveError as error:
        sys.stderr.write(f"adaptive: {error}\n")
        return error.exit_code
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"adaptive: {where}{error.strerror or error}\n")
        return MachineError.exit_code if error.errno in MACHINE_TROUBLES else AdaptiveError.exit_code
