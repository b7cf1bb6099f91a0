"""`kg export`: the commands of the command line that write what the graph holds."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kgbuild.export import Selection

app = typer.Typer(no_args_is_help=True, help="Write what the graph holds in formats that others read.")

#: Format → (what OUT is, what the command does).
_FORMATS = {
    "graphml": (
        "FILE.graphml",
        "Write GraphML, for networkx, igraph, Gephi and Cytoscape.\n\n"
        "networkx.read_graphml(FILE, edge_key_type=str, force_multigraph=True) reads it back; lists are JSON.",
    ),
    "json": (
        "FILE.json",
        "Write node-link JSON, for networkx and D3.\n\n"
        "networkx.node_link_graph(json.load(open(FILE))) reads it back: a MultiDiGraph whose keys are the edges' ids.",
    ),
    "rdf": (
        "FILE.ttl|.nt|.nq",
        "Write RDF in Biolink's terms, as Turtle, N-Triples, or N-Quads with a named graph for each source.\n\n"
        "An edge is a triple, and an association that has its properties; a negated one is an association alone.",
    ),
    "kgx": (
        "NAME.tsv|.jsonl",
        "Write KGX in Biolink's terms: NAME_nodes, NAME_edges and NAME_metadata.json.\n\n"
        "In TSV a list is parted by |, and quotes mean nothing.",
    ),
    "parquet": (
        "FOLDER",
        "Write nodes.parquet, names.parquet and edges.parquet, for DuckDB, Polars, pandas, Spark and R.",
    ),
}
_SELECTION = (
    "By default all of the graph; what is given narrows it together, and edges are those between two selected nodes. "
    "The file says which graph and sources it is from, and under which licences."
)


@app.command()
def sssom(
    out: Annotated[Path, typer.Argument(help="FILE.sssom.tsv")],
    source: Annotated[str | None, typer.Option("--from", help="Only links of this vocabulary.")] = None,
    target: Annotated[str | None, typer.Option("--to", help="Only links onto this vocabulary.")] = None,
) -> None:
    """Write the computed links of `kg harmonize --write` as SSSOM."""
    from kgbuild.export import export_links
    from kgbuild.store import connect

    with connect() as store:
        count = export_links(store, out, source, target)
    print(f"{count:,} mappings written to {out}")


@app.command()
def mapping(
    out: Annotated[
        Path,
        typer.Argument(
            help="FILE.sssom.tsv, .sssom.json, .ttl (SSSOM), .rdf (OAEI alignment), .fhir.json (R4 ConceptMap), .owl, "
            ".ofn, .kgx.tsv, .kgx.jsonl or .csv (R's PheWAS)"
        ),
    ],
    source: Annotated[str | None, typer.Option("--from", help="Only links of this vocabulary.")] = None,
    target: Annotated[str | None, typer.Option("--to", help="Only links onto this vocabulary.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--mapping", metavar="FILE.sssom.tsv", help="Instead of the graph's links: this, say a reviewed one."
        ),
    ] = None,
) -> None:
    """Write a mapping, the links of `kg harmonize --write` or an SSSOM file, in the format that OUT's end says.

    A computed link goes out as a close, broad or narrow match, and only what a curator signed as an exact one.
    """
    from kgbuild.errors import InputError
    from kgbuild.export.mappings import computed_links, export_mapping, format_of
    from kgbuild.mapping.sssom import read_sssom

    format_of(out)
    if file is not None:
        if source or target:
            raise InputError("--mapping: the file says what it maps; leave out --from and --to")
        written = export_mapping(read_sssom(file), out)
    else:
        from kgbuild.store import connect

        with connect() as store:
            written = export_mapping(computed_links(store, source, target), out, store)
    print(f"{written.links:,} links written to {', '.join(map(str, written.files))}")
    if written.left_out:
        print(f"{written.left_out:,} left out, which the format cannot say (refused links, subjects without a match)")


def _command(form: str, what: str) -> Callable[..., None]:
    """The command of a format; all have the same options."""

    def run(
        out: Annotated[Path, typer.Argument(metavar=what, show_default=False)],
        vocabulary: Annotated[
            list[str] | None, typer.Option(help="Nodes with this prefix, or in this vocabulary's release; repeatable.")
        ] = None,
        kind: Annotated[
            list[str] | None, typer.Option("--type", help="Nodes of this type, such as Disease; repeatable.")
        ] = None,
        source: Annotated[
            list[str] | None,
            typer.Option(help="Edges and names of this source, their ends, and what it describes; repeatable."),
        ] = None,
        around: Annotated[
            str | None,
            typer.Option(
                metavar="ID",
                help="Nodes within --hops edges of this one; the types and vocabularies limit what is taken.",
            ),
        ] = None,
        hops: Annotated[int, typer.Option(min=0, help="For --around.")] = 1,
        no_variants: Annotated[bool, typer.Option("--no-variants", help="Leave variants out.")] = False,
        embeddings: Annotated[bool, typer.Option("--embeddings", help="Also the vectors.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print what a script reads.")] = False,
    ) -> None:
        from kgbuild.export import Selection

        selection = Selection(
            tuple(vocabulary or ()), tuple(kind or ()), tuple(source or ()), around, hops, not no_variants, embeddings
        )
        _export(form, out, selection, as_json)

    return run


for _form, (_what, _does) in _FORMATS.items():
    app.command(_form, help=f"{_does}\n\n{_SELECTION}")(_command(_form, _what))


def _export(form: str, out: Path, selection: "Selection", as_json: bool) -> None:
    from kgbuild.console import Steps
    from kgbuild.console import out as console
    from kgbuild.export import export, files
    from kgbuild.store import connect

    files(form, out)  # an unclear name before the database is started
    with connect() as store, Steps().step(f"exporting {form}"):
        done = export(store, form, out, selection)
    if as_json:
        print(json.dumps({**done._asdict(), "files": list(map(str, done.files))}))
        return
    licences: dict[str, list[str]] = {}
    for source in done.sources:
        licences.setdefault(source.get("licence", "not stated"), []).append(source["name"])
    console.print(
        f"{done.nodes:,} nodes and {done.edges:,} edges written to {', '.join(map(str, done.files))}", markup=False
    )
    for licence, names in sorted(licences.items()):
        console.print(f"{licence}: {', '.join(names)}", markup=False)
