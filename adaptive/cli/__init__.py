"""The command line: arguments in, one session out, errors as one sentence."""

from __future__ import annotations

import sys

import typer

from adaptive.cli import inspect_commands, make_commands, play_command, render_command
from adaptive.errors import AdaptiveError, PresetError

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
        app()
    except PresetError as error:
        for fault in error.faults:
            sys.stderr.write(f"{fault}\n")
        sys.exit(error.exit_code)
    except AdaptiveError as error:
        sys.stderr.write(f"adaptive: {error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
