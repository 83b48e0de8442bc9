"""The command line: arguments in, one session out, errors as one sentence."""

from __future__ import annotations

import errno
import sys

import typer

from adaptive.cli import inspect_commands, make_commands, play_command, render_command
from adaptive.cli.common import UsageError
from adaptive.errors import AdaptiveError, MachineError, PresetError

MACHINE_TROUBLES = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM}

app = typer.Typer(
    name="adaptive",
    help="A real-time adaptive soundtrack engine: music that follows the moment.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
play_command.register(app)
render_command.register(app)
make_commands.register(app)
inspect_commands.register(app)


def main() -> None:
    """Run the command line; every expected fault is one clear sentence on stderr."""
    try:
        code = app(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except UsageError as error:
        if not sys.argv[1:]:
            error.show()  # nothing was asked for: the help is the answer
        else:
            command = error.ctx.command_path if error.ctx is not None else "adaptive"
            sentence = error.format_message().rstrip(".")
            sys.stderr.write(f"adaptive: {sentence} (see {command} --help)\n")
        sys.exit(2)
    except PresetError as error:
        for fault in error.faults:
            sys.stderr.write(f"{fault}\n")
        sys.exit(error.exit_code)
    except AdaptiveError as error:
        sys.stderr.write(f"adaptive: {error}\n")
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"adaptive: {where}{error.strerror or error}\n")
        sys.exit(MachineError.exit_code if error.errno in MACHINE_TROUBLES else AdaptiveError.exit_code)
