"""`kg similar`, `link`, `harmonize` and `review`: the commands of the command line that find, map and sign."""

import re
from pathlib import Path
from typing import Annotated

import typer

from kgbuild.cli_output import Json, print_frame

app = typer.Typer()


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
    out: Annotated[Path | None, typer.Option(help="Write the mapping as SSSOM (FILE.sssom.tsv).")] = None,
    write: Annotated[bool, typer.Option("--write", help="Write SIMILAR_TO edges into the graph.")] = False,
    as_json: Json = False,
) -> None:
    """Map one vocabulary onto another, each link with its score."""
    from kgbuild import mapping
    from kgbuild.console import Steps
    from kgbuild.store import connect

    with connect() as store, Steps().step(f"{source} → {target}"):
        frame = mapping.harmonize(store, source, target, top=top, write=write)
        if out is not None:
            from kgbuild.export import export_sssom

            export_sssom(frame, out, store)
    print_frame(frame, as_json, limit=40)
    if out is not None and not as_json:
        print(f"Written to {out}")


@app.command()
def review(
    mapping: Annotated[
        Path, typer.Argument(metavar="MAPPING", help="FILE.sssom.tsv, as `kg harmonize --out` writes it.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="The decisions; default MAPPING.reviewed.sssom.tsv. What it holds is kept.")
    ] = None,
    author: Annotated[str | None, typer.Option(metavar="ORCID", help="Who signs; asked for where not given.")] = None,
    page: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write a page to review in a browser, offline, instead.")
    ] = None,
) -> None:
    """Decide on the candidates of a mapping, the most useful first: accept, reject, another target, kind, note.

    Each decision is kept at once, so that a review that was closed goes on where it was; `kg load mappings FILE` takes
    the decisions into the graph, signed.
    """
    from kgbuild.console import out as console
    from kgbuild.mapping.review import Decisions, beside, graph, orcid, read
    from kgbuild.mapping.review.page import write
    from kgbuild.mapping.review.terminal import Terminal, signature

    found = read(mapping)
    decisions = Decisions(out or beside(mapping), found)
    signed_by = orcid(author) if author else ""
    if page is not None:
        with graph.opened() as store:
            write(page, found, decisions, signed_by, graph.about(store, found))
        print(
            f"Written to {page}: open it in a browser. It keeps what you decide, and saves it as {decisions.path.name}"
        )
        return
    signed_by = signed_by or signature(input, console)
    with graph.opened() as store:
        Terminal(found, decisions, signed_by, store, input, console).run()
    if decisions.made:
        source = re.sub(r"\W+", "_", decisions.path.name.removesuffix(".sssom.tsv").lower()).strip("_")
        print(f"{len(decisions.made):,} decisions in {decisions.path}")
        print(f"Into the graph: kg load mappings {decisions.path} --name {source}")
