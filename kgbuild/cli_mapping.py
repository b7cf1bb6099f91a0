"""`kg similar`, `link`, `harmonize` and `score`: the commands of the command line that find, map and doubt."""

from pathlib import Path
from typing import Annotated

import typer

from kgbuild.cli_output import Json, print_explanation, print_frame

app = typer.Typer()


@app.command()
def similar(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="A CURIE, such as phecode:250.2 or dbSNP:rs7903146.")],
    to: Annotated[str | None, typer.Option(help="A vocabulary, such as EFO; `variants` for variants.")] = None,
    top: Annotated[int, typer.Option(help="How many.")] = 10,
    explain: Annotated[
        str | None, typer.Option(metavar="OTHER", help="Say instead what speaks for and against this one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Find the nearest concepts or variants of a concept or variant."""
    from kgbuild import mapping
    from kgbuild.store import connect

    with connect() as store:
        if explain is not None:
            print_explanation(mapping.explain(store, identifier, explain, to), as_json)
            return
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
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="ID[=ID]",
            help="Say instead what speaks for and against one link: phecode:250.2=MONDO:0005148, or of the best one.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Map one vocabulary onto another, each link with its score."""
    from kgbuild import mapping
    from kgbuild.console import Steps
    from kgbuild.store import connect

    if explain is not None:
        with connect() as store:
            subject, _, object_ = explain.partition("=")
            print_explanation(mapping.explain_link(store, source, target, subject, object_ or None), as_json)
        return
    with connect() as store, Steps().step(f"{source} → {target}"):
        frame = mapping.harmonize(store, source, target, top=top, write=write)
        if out is not None:
            from kgbuild.export import export_sssom

            export_sssom(frame, out, store)
    print_frame(frame, as_json, limit=40)
    if out is not None and not as_json:
        print(f"Written to {out}")


@app.command()
def score(
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="A mapping: SSSOM, or TSV with subject_id, object_id.")
    ],
    out: Annotated[Path | None, typer.Option(help="Write all rows with their confidence (FILE.sssom.tsv).")] = None,
    top: Annotated[int, typer.Option(help="How many to print.")] = 20,
    as_json: Json = False,
) -> None:
    """Say how sure each row of anyone's mapping is, the most doubtful first.

    Learned from what curators accepted and denied in the graph.
    """
    from kgbuild.api import extra
    from kgbuild.console import Steps
    from kgbuild.mapping.score import write_table

    with Steps().step(f"scoring {table.name}"):
        frame = extra("commands").score(table)
        if out is not None:
            write_table(frame, out, table)
    shown = [name for name in ("subject_id", "subject_label", "object_id", "object_label", "doubts") if name in frame]
    print_frame(frame[["confidence", *shown]].head(top), as_json)
    if out is not None and not as_json:
        print(f"{len(frame):,} rows written to {out}")
