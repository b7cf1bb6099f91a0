"""`kg similar`, `link`, `harmonize`, `compose` and `invert`: the commands of the command line that find and map."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgbuild.cli_output import Json, print_frame

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer()

_OUT = (
    "Write the mapping; the name's end says the format: .sssom.tsv, .sssom.json, .ttl (SSSOM), .rdf (OAEI alignment), "
    ".fhir.json, .owl, .ofn, .kgx.tsv, .kgx.jsonl, .csv (R's PheWAS)."
)


@app.command()
def similar(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="A CURIE, such as phecode:250.2 or dbSNP:rs7903146.")],
    to: Annotated[str | None, typer.Option(help="A vocabulary, such as EFO; `variants` for variants.")] = None,
    top: Annotated[int, typer.Option(help="How many.")] = 10,
    as_json: Json = False,
) -> None:
    """Find the nearest concepts or variants of a concept or variant."""
    from kgbuild import mapping
    from kgbuild.store import connect

    with connect() as store:
        print_frame(mapping.similar(store, identifier, to, top), as_json)


@app.command()
def link(
    text: Annotated[str, typer.Argument(help='Free text, such as "heart attack".')],
    to: Annotated[str | None, typer.Option(help="A vocabulary, such as EFO.")] = None,
    top: Annotated[int, typer.Option(help="How many.")] = 10,
    as_json: Json = False,
) -> None:
    """Find the concepts of a vocabulary that a text names."""
    from kgbuild.api import extra

    print_frame(extra("commands").link(text, to, top), as_json)


@app.command()
def harmonize(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The vocabulary to map, such as phecode.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The vocabulary to map onto, such as EFO.")],
    top: Annotated[int, typer.Option(help="Candidates a concept.")] = 1,
    out: Annotated[Path | None, typer.Option(help=_OUT)] = None,
    write: Annotated[bool, typer.Option("--write", help="Write SIMILAR_TO edges into the graph.")] = False,
    as_json: Json = False,
) -> None:
    """Map one vocabulary onto another, each link with its score."""
    from kgbuild import mapping
    from kgbuild.console import Steps
    from kgbuild.export.mappings import export_mapping, format_of
    from kgbuild.store import connect

    if out is not None:
        format_of(out)  # an unclear name before the database is started
    with connect() as store, Steps().step(f"{source} → {target}"):
        frame = mapping.harmonize(store, source, target, top=top, write=write)
        written = export_mapping(frame, out, store) if out is not None else None
    print_frame(frame, as_json, limit=40)
    if written is not None and not as_json:
        print(f"Written to {', '.join(map(str, written.files))}")


@app.command()
def compose(
    mappings: Annotated[list[Path], typer.Argument(metavar="FIRST SECOND ...", help="SSSOM files, A to B, B to C …")],
    out: Annotated[Path | None, typer.Option(help=_OUT)] = None,
    as_json: Json = False,
) -> None:
    """Make the mapping A to C out of mappings A to B and B to C, with the confidence of all chains together."""
    from kgbuild.errors import InputError
    from kgbuild.mapping.compose import compose as chained
    from kgbuild.mapping.sssom import read_sssom

    if len(mappings) < 2:
        raise InputError(f"{mappings[0]}: is one mapping; give two or more, each onto what the next maps from")
    tables = [read_sssom(path) for path in mappings]
    for table, path, after, second in zip(tables, mappings, tables[1:], mappings[1:], strict=False):
        if not set(table["object_id"]) & set(after["subject_id"]):
            raise InputError(
                f"{second}: none of its subjects is an object of {path}; turn a mapping round with `kg invert`"
            )
    _give(chained(*tables), out, as_json)


@app.command()
def invert(
    mapping: Annotated[Path, typer.Argument(metavar="FILE", help="An SSSOM file.")],
    out: Annotated[Path | None, typer.Option(help=_OUT)] = None,
    as_json: Json = False,
) -> None:
    """Turn a mapping round: objects as subjects, broad as narrow."""
    from kgbuild.mapping.compose import invert as inverse
    from kgbuild.mapping.sssom import read_sssom

    _give(inverse(read_sssom(mapping)), out, as_json)


def _give(frame: "pd.DataFrame", out: Path | None, as_json: bool) -> None:
    """Print a mapping that needs no graph, and write it where asked."""
    from kgbuild.export.mappings import export_mapping

    written = export_mapping(frame, out) if out is not None else None
    print_frame(frame, as_json, limit=40)
    if written is not None and not as_json:
        print(f"Written to {', '.join(map(str, written.files))}")
