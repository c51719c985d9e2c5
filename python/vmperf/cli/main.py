"""The `vmperf` command: finds its subcommands in this folder and imports each on first use.

A file ``run.py`` with a click command named ``command`` is the subcommand ``run``; a trailing
underscore is dropped and files that start with one are helpers.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from typing import Any, NoReturn

import click

from vmperf import InvalidArgumentError, TraceFormatError, VmperfError, __version__

__all__ = ["cli", "main"]

EXIT_OK, EXIT_UNMET, EXIT_USAGE, EXIT_INTERRUPTED = 0, 1, 2, 130

_EPILOG = """\b
Exit codes:
  0    done
  1    unmet: nothing could be measured, a case crashed, timed out or failed to verify,
       a claim is unmet, a regression, or an error outside the command line
  2    usage: an unknown benchmark, design, axis, value, option or file
  130  interrupted; what is done is kept and the message says how to go on
"""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_files())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _files():
            return None
        module = importlib.import_module(f"{__package__}.{_files()[cmd_name]}")
        command: click.Command = module.command
        if not any(parameter.name == "debug" for parameter in command.params):
            command.params.append(_debug_option())
        return command

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run; every error is one line on stderr unless ``--debug`` is given."""
        extra["standalone_mode"] = False
        words = args[0] if args else extra.get("args")
        debug = "--debug" in (sys.argv[1:] if words is None else words)
        try:
            code = super().main(*args, **extra)
        except click.ClickException as error:
            _fail(error.format_message(), EXIT_USAGE)
        except click.Abort as error:
            _fail(str(error.__cause__ or "interrupted"), EXIT_INTERRUPTED)
        except VmperfError as error:
            if debug:
                raise
            usage = isinstance(error, InvalidArgumentError | TraceFormatError)
            _fail(str(error), EXIT_USAGE if usage else EXIT_UNMET)
        except OSError as error:
            if debug:
                raise
            _fail(str(error), EXIT_UNMET)
        sys.exit(code if isinstance(code, int) else EXIT_OK)


def _files() -> dict[str, str]:
    folder = __file__.rpartition("/")[0]
    names = (module.name for module in pkgutil.iter_modules([folder]))
    return {n.rstrip("_"): n for n in names if not n.startswith("_") and n != "main"}


def _debug_option() -> click.Option:
    return click.Option(
        ["--debug"], is_flag=True, expose_value=False, help="Show the traceback of an error."
    )


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"vmperf: {' '.join(message.split())}", err=True)
    sys.exit(code)


@click.group(cls=_Commands, epilog=_EPILOG, params=[_debug_option()])
@click.version_option(__version__, prog_name="vmperf")
def cli() -> None:
    """Measure building blocks of virtual machines and runtimes, and refuse figures that lie."""


def main() -> NoReturn:
    """Entry point of the console script."""
    cli.main(prog_name="vmperf")
    raise AssertionError("click has ended the process")
