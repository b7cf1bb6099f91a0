"""The Neo4j Browser, opened with a query of `cypher/browser` in its editor; its style, and the queries as favourites.

    query file ── values for its $parameters ──> text ── cmd=edit&arg=… ──> address ──> webbrowser
                                                  └─────────────────────────> favourites.zip, dropped on the page

Source: Neo4j Browser 5.24. Its address takes `connectURL` (the server and the user, never a password) and `cmd=edit`
with `arg` (the text of the editor, which is not run). It draws the answer of a single statement only, so values go into
the text instead of `:param` lines before it. It remembers who logged in: the password is asked for once.
"""

import os
import re
import subprocess
import sys
import urllib.request
import webbrowser
import zipfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from kgbuild import database
from kgbuild.database import Connection
from kgbuild.errors import DatabaseError, InputError
from kgbuild.files import made, replacing
from kgbuild.store import Store

#: Programs that put their input on the clipboard: macOS, Wayland, X11, Windows' from WSL.
_CLIPBOARDS = (["pbcopy"], ["wl-copy"], ["xclip", "-selection", "clipboard"], ["xsel", "-ib"], ["clip.exe"])
_FOLDER = files("cypher") / "browser"


class Query(NamedTuple):
    """A file of `cypher/browser`: what its first line says, its text, and its parameters' values as Cypher literals."""

    name: str
    says: str
    text: str
    defaults: Mapping[str, str]


def queries() -> dict[str, Query]:
    """The queries by name."""
    found = {}
    for file in sorted(_FOLDER.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".cypher"):
            text = file.read_text(encoding="utf-8")
            says = re.split(r"[.:](?:\s|$)", text.removeprefix("// ").replace("\n// ", " "), maxsplit=1)[0]
            defaults = dict(re.findall(r":param (\w+) => ([^;\n]+)", text))
            name = file.name.removesuffix(".cypher")
            found[name] = Query(name, says, text, defaults)
    return found


def text(name: str, values: Mapping[str, str] | None = None) -> str:
    """A query as it is pasted: the values stand where its file has $parameters.

    Args:
        name: Of the file in `cypher/browser`.
        values: Of parameters, as a user types them; those that are not named have the file's.

    Raises:
        InputError: No such query or parameter, or no number where one is needed.
    """
    known = queries()
    if name not in known:
        raise InputError(f"{name}: no such query; there are {', '.join(known)}")
    query = known[name]
    literals = dict(query.defaults)
    for parameter, value in (values or {}).items():
        if parameter not in literals:
            there = ", ".join(f"--{each}" for each in literals)
            raise InputError(f"--{parameter}: {name} has no such parameter; it has {there}")
        literals[parameter] = _literal(parameter, value, literals[parameter])
    lines = query.text.splitlines(keepends=True)
    says = [line for line in lines if line.startswith("//") and not re.match(r"// (access:|:param |\$)", line)]
    body = "".join(line for line in lines if not line.startswith("//"))
    return "".join(says) + re.sub(r"\$(\w+)", lambda found: literals[found[1]], body)


def _literal(parameter: str, value: str, default: str) -> str:
    """A value in Cypher, of the type that the default has. & and # would end the text in an address."""
    if default.startswith("'"):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("&", "\\u0026").replace("#", "\\u0023")
        return f"'{escaped}'"
    try:
        return str(float(value) if "." in default else int(value))
    except ValueError:
        raise InputError(f"--{parameter} {value}: no number; write it as {default}") from None


def style() -> str:
    """The command that gives the Browser kg's colours, captions and widths."""
    return ":style " + " ".join(_grass().split())


def _grass() -> str:
    return (_FOLDER / "style.grass").read_text(encoding="utf-8")


def write_files(out: Path) -> list[Path]:
    """Write what can be dropped on the Browser's page: `kg-favorites.zip` (all queries, in a folder) and `kg.grass`.

    Raises:
        InputError: The folder cannot be written.
    """
    made(out)
    written = [out / "kg-favorites.zip", out / "kg.grass"]
    with replacing(*written) as (favorites, grass):
        with zipfile.ZipFile(favorites, "w") as archive:
            for name in queries():
                archive.writestr(zipfile.ZipInfo(f"kg/{name}.cypher"), text(name))
        grass.write_text(_grass(), encoding="utf-8")
    return written


def address(connection: Connection, editor: str = "") -> str:
    """The Browser's address, with server and user in the connect form and a text in the editor.

    Raises:
        DatabaseError: The server that NEO4J_URI names serves no Browser.
    """
    scheme, _, host = connection.uri.partition("://")
    user = f"{quote(connection.user)}@" if connection.user else ""
    fields = {"connectURL": f"{scheme}://{user}{host}"}
    if not connection.user:
        fields["preselectAuthMethod"] = "NO_AUTH"
    if editor:
        fields |= {"cmd": "edit", "arg": editor}
    served = database.status().http_address if connection.managed else _served(connection)
    return f"{served}?{urlencode(fields, quote_via=quote)}"


def _served(connection: Connection) -> str:
    """Where another server serves its Browser: at its own host, at the port that it advertises."""
    with Store(connection) as store:
        settings = {row["name"]: row["value"] for row in store.query("schema/http")}
    secure = settings["server.http.enabled"] != "true"
    advertised = settings[f"server.http{'s' if secure else ''}.advertised_address"]
    host, port = urlsplit(connection.uri).hostname, advertised.rpartition(":")[2]
    found = f"http{'s' if secure else ''}://{host}:{port}/browser/"
    try:
        urllib.request.urlopen(found, timeout=10).close()
    except OSError as error:
        raise DatabaseError(
            f"{connection.uri}: no Browser at {found}; open https://browser.neo4j.io and connect to this server there"
        ) from error
    return found


def show(url: str) -> bool:
    """Open an address in the user's web browser; False where there is none, or no display."""
    windows = sys.platform in ("darwin", "win32")
    if not windows and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")):
        return False
    return webbrowser.open(url)


def copy(secret: str) -> bool:
    """Put a text on the clipboard; False where no program can."""
    for command in _CLIPBOARDS:
        try:
            subprocess.run(
                command, input=secret, text=True, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return True
    return False
