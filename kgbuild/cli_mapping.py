"""The commands of the command line that find, map, review, doubt and turn mappings round."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgbuild.cli_output import Json, print_explanation, print_frame

if TYPE_CHECKING:
    import pandas as pd

    from kgbuild.mapping import OwnList

app = typer.Typer()

_REMARKS = 20  # on a list's rows, on a terminal
_OUT = (
    "Write the mapping; the name's end says the format: .sssom.tsv, .sssom.json, .ttl (SSSOM), .rdf (OAEI alignment), "
    ".fhir.json, .owl, .ofn, .kgx.tsv, .kgx.jsonl, .csv (R's PheWAS)."
)


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
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="The vocabulary to map, such as phecode, or your own list: my.csv.")
    ],
    target: Annotated[str, typer.Argument(metavar="TO", help="The vocabulary to map onto, such as EFO.")],
    top: Annotated[int, typer.Option(help="Candidates a concept.")] = 1,
    out: Annotated[Path | None, typer.Option(help=_OUT)] = None,
    update: Annotated[
        Path | None,
        typer.Option(metavar="OLD", help="An earlier mapping (SSSOM): keep what is signed, list what changed and why."),
    ] = None,
    changes: Annotated[Path | None, typer.Option(help="With --update: write all changes (FILE.tsv).")] = None,
    at_least: Annotated[
        float | None, typer.Option(min=0, max=1, metavar="CONFIDENCE", help="Leave out links that are less sure.")
    ] = None,
    one_to_one: Annotated[
        bool, typer.Option("--one-to-one", help="Each concept and each term once: the best assignment as a whole.")
    ] = False,
    conflicts: Annotated[
        Path | None, typer.Option(help="Write what was found contradictory, and what was done with it (FILE.tsv).")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write SIMILAR_TO edges into the graph.")] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="WHAT=COLUMN", help="Of your own list: label=phenotype; code, synonyms, parent, codes."),
    ] = None,
    prefix: Annotated[str | None, typer.Option(help="Of your own list's CURIEs; by default the file's name.")] = None,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="ID[=ID]",
            help="Say instead what speaks for and against one link: phecode:250.2=MONDO:0005148, or of the best one.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Map one vocabulary, or a list of your own, onto another, each link with its score."""
    from kgbuild import api, mapping
    from kgbuild.console import Steps, err
    from kgbuild.errors import InputError
    from kgbuild.export.mappings import export_mapping, format_of
    from kgbuild.store import connect

    if explain is not None:
        mapped = api.vocabulary(source, _assigned(column or []), prefix)
        with connect() as store:
            subject, _, object_ = explain.partition("=")
            print_explanation(mapping.explain_link(store, mapped, target, subject, object_ or None), as_json)
        return
    if out is not None:
        format_of(out)  # an unclear name before the database is started
    if write and update:
        raise InputError("--write: SIMILAR_TO holds what is computed; with --update give --out, and load that file")
    if update and (one_to_one or conflicts or at_least is not None):
        raise InputError("--update: keeps an earlier mapping; give --one-to-one, --conflicts, --at-least without it")
    if changes and not update:
        raise InputError("--changes: nothing to compare with; give the earlier mapping: --update OLD.sssom.tsv")
    old = mapping.read_sssom(update) if update else None
    mapped = api.vocabulary(source, _assigned(column or []), prefix)
    if isinstance(mapped, mapping.OwnList):
        _print_list(source, mapped)
    with connect() as store, Steps().step(f"{source} → {target}"):
        if old is None:
            frame = shown = mapping.harmonize(
                store, mapped, target, top, write, one_to_one=one_to_one, at_least=at_least
            )
            _print_found(frame, conflicts)
        else:
            updated = mapping.update_from(store, old, mapped, target, top)
            frame, shown = updated.table, updated.news
            err.print(f"{update}: {updated}", markup=False)
            if changes is not None:
                updated.save(changes)
        written = export_mapping(frame, out, store).files if out is not None else ()
    print_frame(shown if as_json else _fitting(shown), as_json, limit=40)
    files = [*written, *filter(None, (changes, conflicts))]
    if files and not as_json:
        print(f"Written to {', '.join(map(str, files))}")


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


def _fitting(frame: "pd.DataFrame") -> "pd.DataFrame":
    """What of a mapping fits a terminal; scores and reasons are in the file, in JSON and in an explanation."""
    known = ["similarity_score"] if "confidence" in frame and frame["confidence"].notna().all() else []
    return frame.drop(columns=["mapping_justification", "comment", *known], errors="ignore")


def _print_found(frame: "pd.DataFrame", path: Path | None) -> None:
    """What the mapping did not find out, or found contradictory, on standard error."""
    import pandas as pd

    from kgbuild.console import err
    from kgbuild.files import replacing
    from kgbuild.mapping.reason import CONFLICTS

    if "confidence" not in frame:
        err.print("no confidence: the graph has too few curated mappings of other vocabularies to calibrate one on")
    found = frame.attrs["conflicts"]
    if found and path is None:
        err.print(f"{len(found):,} links contradicted, and changed or left out; --conflicts FILE.tsv says why")
    if path is not None:
        with replacing(path) as (new,):
            pd.DataFrame(found, columns=list(CONFLICTS)).to_csv(new, sep="\t", index=False, lineterminator="\n")


def _assigned(options: list[str]) -> dict[str, str]:
    """`label=phenotype` … as a dictionary."""
    from kgbuild.errors import InputError

    wrong = next((each for each in options if "=" not in each), None)
    if wrong is not None:
        raise InputError(f"--column {wrong}: no column named; write it as --column label=COLUMN")
    return {what.strip(): name for what, _, name in (each.partition("=") for each in options)}


def _print_list(name: str, own: "OwnList") -> None:
    """What became of the list's rows, on standard error."""
    from kgbuild.console import err

    err.print(f"{name}: {own}", markup=False)
    for line, what, _ in own.remarks[:_REMARKS]:
        err.print(f"  line {line}: {what}", markup=False)
    if len(own.remarks) > _REMARKS:
        err.print(f"  … and {len(own.remarks) - _REMARKS:,} more", markup=False)


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
