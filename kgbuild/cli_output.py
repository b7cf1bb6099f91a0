"""What the commands of the command line print in common: a table, or JSON for a script."""

import json
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print what a script reads.")]


def print_frame(frame: Any, as_json: bool, limit: int | None = None) -> None:
    """A table of rows, or with `as_json` one line of JSON."""
    from kgbuild.console import table

    rows = json.loads(frame.to_json(orient="records"))
    if as_json:
        print(json.dumps(rows))
    else:
        table(rows, limit=limit)


def print_explanation(explanation: Any, as_json: bool) -> None:
    """What speaks for and against a pair, or with `as_json` one line of JSON."""
    print(json.dumps(explanation.to_dict()) if as_json else explanation)


def from_embed(module: str) -> Any:
    """A module of `embed`, or an error that says which extra it needs."""
    from kgbuild.api import extra

    return extra(module)
