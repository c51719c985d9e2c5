"""The `vmperf` command: finds its subcommands in this folder and imports each on first use.

A file ``run.py`` with a click command named ``command`` is the subcommand ``run``; a trailing
underscore is dropped and files that start with one are helpers.
"""

from __future__ import annotations

import codecs
import importlib
import io
import os
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
        _open_standard_streams()
        extra["standalone_mode"] = False
        words = args[0] if args else extra.get("args")
        debug = "--debug" in (sys.argv[1:] if words is None else words)
        try:
            code = super().main(*args, **extra)
            sys.stdout.flush()  # a full disk is told here, not after the end
        except click.ClickException as error:
            _fail(error.format_message(), EXIT_USAGE)
        except click.Abort as error:
            _fail(str(error.__cause__ or "") or "interrupted; nothing is kept", EXIT_INTERRUPTED)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # who read it has seen enough
            sys.exit(EXIT_UNMET)
        except VmperfError as error:
            if debug:
                raise
            usage = isinstance(error, InvalidArgumentError | TraceFormatError)
            _fail(str(error), EXIT_USAGE if usage else EXIT_UNMET)
        except OSError as error:
            if debug:
                raise
            what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            _fail(what, EXIT_UNMET)
        except Exception as error:  # a mistake of ours, which is no reason for a page of text
            if debug:
                raise
            _fail(f"{type(error).__name__}: {error}; --debug shows where", EXIT_UNMET)
        sys.exit(code if isinstance(code, int) else EXIT_OK)


def _open_standard_streams() -> None:
    """Let nothing that is printed raise: closed streams lead nowhere, letters become others.

    A closed one must be taken, too: the next file that is opened would be it, and get the words.
    """
    codecs.register_error("vmperf", _plain_letters)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            while os.open(os.devnull, os.O_RDWR) < number:
                pass
            stream = os.fdopen(number, "r" if name == "stdin" else "w", closefd=False)
            setattr(sys, name, stream)
        if name != "stdin" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="vmperf")


_PLAIN = {"µ": "u", "±": "+-", "–": "-", "—": "-", "×": "x", "·": ".", "→": "->", "─": "-"}


def _plain_letters(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for letters that a terminal has not."""
    assert isinstance(error, UnicodeEncodeError)
    wanted = error.object[error.start : error.end]
    return "".join(_PLAIN.get(c, "?") for c in wanted), error.end


def _files() -> dict[str, str]:
    folder = __file__.rpartition("/")[0]
    names = (module.name for module in pkgutil.iter_modules([folder]))
    return {n.rstrip("_"): n for n in names if not n.startswith("_") and n != "main"}


def _debug_option() -> click.Option:
    return click.Option(
        ["--debug"], is_flag=True, expose_value=False, help="Show the traceback of an error."
    )


def _fail(message: str, code: int) -> NoReturn:
    from vmperf._files.text import shown

    click.echo(f"vmperf: {shown(' '.join(message.split()))}", err=True)
    sys.exit(code)


@click.group(cls=_Commands, epilog=_EPILOG, params=[_debug_option()])
@click.version_option(__version__, prog_name="vmperf")
def cli() -> None:
    """Measure building blocks of virtual machines and runtimes, and refuse figures that lie."""


def main() -> NoReturn:
    """Entry point of the console script."""
    cli.main(prog_name="vmperf")
    raise AssertionError("click has ended the process")
