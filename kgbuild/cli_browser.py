"""`kg browser`: the command of the command line that opens the Neo4j Browser."""

from pathlib import Path
from typing import Annotated

import typer

from kgbuild.errors import InputError

app = typer.Typer()


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def browser(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="QUERY", help="Have this query in the editor.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the queries and their parameters.")] = False,
    style: Annotated[
        bool, typer.Option("--style", help="Have kg's colours, captions and widths in the editor.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--files", metavar="FOLDER", help="Write favourites and style to drop on the page.")
    ] = None,
    printed: Annotated[bool, typer.Option("--print", help="Print the address; open nothing.")] = False,
) -> None:
    """Open the Neo4j Browser, with a query ready to run; what the query takes is an option: --id phecode:250.2."""
    from kgbuild import browser
    from kgbuild.console import out as console

    if listed:
        for query in browser.queries().values():
            takes = [f"--{parameter} {value}" for parameter, value in query.defaults.items()]
            console.print(f"[bold]{query.name}[/bold] {' '.join(takes)}\n  {query.says}")
        return
    if out is not None:
        for path in browser.write_files(out):
            print(path)
        print("Drop each on the Browser's page: the queries become favourites (the star on the left)")
        return
    if style and name is not None:
        raise InputError(f"--style: the editor has room for one; open it without {name}")
    editor = browser.style() if style else browser.text(name, _values(context.args)) if name else ""
    _open(editor, printed)


def _values(arguments: list[str]) -> dict[str, str]:
    """`--id phecode:250.2 --top=5` as a mapping."""
    values = {}
    waiting = iter(arguments)
    for argument in waiting:
        option, equals, value = argument.partition("=")
        value = value if equals else next(waiting, "")
        if not option.startswith("--") or not value:
            raise InputError(f"{argument}: what is it for? Values are given as --id phecode:250.2")
        values[option.removeprefix("--")] = value
    return values


def _open(editor: str, printed: bool) -> None:
    from kgbuild import browser, database

    connection = database.ensure_started()
    url = browser.address(connection, editor)
    shown = not printed and browser.show(url)
    print(f"Opened {url.partition('?')[0]}" if shown else url)
    if connection.user is None:
        return
    held = database.status().password_file if connection.managed else "NEO4J_PASSWORD"
    copied = shown and browser.copy(connection.password)
    print(f"Log in as {connection.user}; the password is {'on the clipboard, and ' if copied else ''}in {held}")
    print("The Browser asks for it once" + ("; run what is in its editor with Ctrl+Enter" if editor else ""))
