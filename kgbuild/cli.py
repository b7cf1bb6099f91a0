"""The command line: a thin shell over the Python API.

Every command imports what it needs when it runs, so that `kg --help` is quick and works without torch.
"""

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

import kgbuild
from kgbuild import cli_browser, cli_evaluate, cli_export, cli_mapping
from kgbuild.cli_output import Json, from_embed, print_frame
from kgbuild.errors import InputError, KgError

app = typer.Typer(
    name="kg",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="One Neo4j graph of biomedical vocabularies, relations and genetic associations, with embeddings.",
)
db = typer.Typer(no_args_is_help=True, help="The Neo4j that kg installs and runs for you (where NEO4J_URI is not set).")
app.add_typer(db, name="db")
app.add_typer(cli_evaluate.app, name="evaluate")
app.add_typer(cli_export.app, name="export")
app.add_typer(cli_mapping.app)
app.add_typer(cli_browser.app)


def main() -> None:
    """Run a command; an error is one line and exit status 1, a traceback only with --debug."""
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        app(arguments)
    except KgError as error:
        if debug:
            raise
        print(f"kg: {error}", file=sys.stderr)
        sys.exit(1)


def _version(shown: bool) -> None:
    if shown:
        print(f"kg {kgbuild.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback with an error.")] = False,
) -> None:
    pass


@db.command()
def start() -> None:
    """Start the managed Neo4j, installing it at first use."""
    from kgbuild import database

    database.start()
    status()


@db.command()
def stop() -> None:
    """Stop the managed Neo4j; its data are kept."""
    from kgbuild import database

    print("Neo4j stopped" if database.stop() else "Neo4j was not running")


@db.command()
def status(as_json: Json = False) -> None:
    """Say whether Neo4j runs, where, and how to log in."""
    from dataclasses import asdict

    from kgbuild import database

    found = database.status()
    if as_json:
        print(json.dumps(asdict(found), default=str))
        return
    print(f"Neo4j {found.version or ''} {'runs' if found.running else 'is stopped'}: {found.uri}")
    if found.managed:
        print(f"Browser   {found.http_address}")
        print(f"Log in    user {found.user}, password in {found.password_file}")
        print(f"Data      {found.home}")


@db.command()
def reset(yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Delete the managed database's data; staged tables, models, password and jars are kept."""
    from kgbuild import database

    if not yes:
        typer.confirm(f"Delete the graph in {database.status().home}?", abort=True)
    database.reset()
    print("The database is empty")


@app.command()
def sources(
    name: Annotated[str | None, typer.Argument(metavar="SOURCE", help="Say everything about one source.")] = None,
    as_json: Json = False,
) -> None:
    """List the sources: what each is, on which terms, whether `kg fetch` gets it, and what is staged."""
    from dataclasses import asdict

    from kgbuild.loading import staged_sources
    from loaders import DOORS, LOADERS

    staged = staged_sources(tuple(LOADERS))
    known = {key: loader.SOURCE for key, loader in (LOADERS | DOORS).items()}
    known |= {key: manifest.declared for key, manifest in staged.items() if key not in known}
    if name is not None and name not in known:
        raise InputError(f"{name}: no such source; there are {', '.join(known)}")
    if as_json:
        chosen = [known[name]] if name else [source for key, source in known.items() if key not in DOORS]
        print(json.dumps([asdict(source) | _staged(staged.get(source.name)) for source in chosen]))
    elif name is not None:
        _print_source(known[name], staged.get(name))
    else:
        _print_sources([source for key, source in known.items() if key not in DOORS], staged)


def _staged(manifest: Any) -> dict[str, Any]:
    return {
        "staged": manifest is not None,
        "staged_version": manifest and manifest.version,
        "staged_rows": manifest and sum(manifest.rows.values()),
        "staged_files": list(manifest.files) if manifest else [],
    }


def _print_sources(chosen: list[Any], staged: dict[str, Any]) -> None:
    from kgbuild.console import out, table
    from kgbuild.licence import terms
    from loaders import DOORS

    rows = [
        {
            "source": source.name,
            "title": source.title if len(source.title) <= 44 else source.title[:43] + "…",
            "licence": "own terms" if source.licence.startswith("http") else source.licence.removeprefix("LicenseRef-"),
            "terms": terms(source.licence),
            "fetch": ("partly" if source.access else "yes") if source.downloads else "by hand" if source.url else "",
            "staged": f"{sum(staged[source.name].rows.values()):,} rows" if source.name in staged else "",
        }
        for source in chosen
    ]
    table(rows)
    out.print("\nFiles, addresses, options and citation of one: `kg sources NAME`")
    table(
        [{"format": name, "title": door.SOURCE.title} for name, door in DOORS.items()],
        title="\nFiles of your own: kg load FORMAT FILE… [--vocabulary X] [--name N] [--set OPTION=VALUE]",
    )


def _print_source(source: Any, manifest: Any) -> None:
    from kgbuild.console import out
    from kgbuild.licence import terms

    owned = f"; owns {', '.join(source.vocabularies)}" if source.vocabularies else ""
    lines = [("page", source.url), ("licence", f"{source.licence} ({terms(source.licence)})")]
    lines += [
        ("file", f"{', '.join(patterns)} ({key}{', optional' if key in source.optional else ''})")
        for key, patterns in source.files.items()
    ]
    lines += [("option", f"--set {source.name}.{key}={value}") for key, value in source.parameters.items()]
    for each in source.downloads:
        lines.append(("fetched", f"{each.url}{f' (version: {each.latest})' if each.latest else ''}"))
    lines += [("access", source.access), ("cite", source.citation)]
    if manifest is not None:
        counted = f"{sum(manifest.rows.values()):,} rows of {', '.join(manifest.files)}"
        lines.append(("staged", f"{counted}{f', version {manifest.version}' if manifest.version else ''}"))
    out.print(f"{source.name}: {source.title}{owned}", markup=False)
    for label, text in lines:
        if text:
            out.print(f"  {label:<9}{text}", markup=False)


@app.command()
def fetch(
    names: Annotated[list[str], typer.Argument(metavar="SOURCE…|all", help="Sources (see `kg sources`).")],
    data: Annotated[
        Path | None, typer.Option(help="Folder to fetch into; default $KG_HOME/downloads.", envvar="KG_DATA")
    ] = None,
    release: Annotated[str | None, typer.Option(help="The release of the one source; default: its latest.")] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Take what there is now in place of what is pinned.")
    ] = False,
    locked: Annotated[bool, typer.Option("--locked", help="Fetch what kg.lock.json pins, and nothing else.")] = False,
    as_json: Json = False,
) -> None:
    """Download the official files of sources: checked, resumed where they were cut, pinned in kg.lock.json.

    What is pinned stays as it is, until `--update` or another `--release`. `kg load` looks into the same folder.
    """
    from dataclasses import asdict

    from kgbuild import home
    from kgbuild.console import out
    from kgbuild.download import fetch as run
    from loaders import LOADERS

    done = []
    for each in run(names, data or home.data(), {k: v.SOURCE for k, v in LOADERS.items()}, release, update, locked):
        done.append(each)
        if each.outcome == "failed":
            print(f"kg: {each.problem}", file=sys.stderr)
        elif not as_json:
            size = f"{each.size / 2**20:,.1f} MiB" if each.size >= 1 << 20 else f"{each.size:,} bytes"
            said = each.problem or ", ".join(filter(None, (size, each.version)))
            out.print(f"{each.file or each.source}: {each.outcome}; {said}", markup=False)
    if as_json:
        print(json.dumps([asdict(each) for each in done]))
    if any(each.outcome == "failed" for each in done):
        raise typer.Exit(1)


@app.command()
def cite(
    names: Annotated[list[str] | None, typer.Argument(metavar="SOURCE…", help="Default: all that are staged.")] = None,
    as_json: Json = False,
) -> None:
    """List the licences and citations of what is staged, and what they ask of who passes it on."""
    from kgbuild.console import out
    from kgbuild.licence import notice, terms
    from kgbuild.loading import staged_sources
    from loaders import LOADERS

    staged = staged_sources(tuple(LOADERS))
    if missing := [name for name in names or [] if name not in staged]:
        raise InputError(f"{missing[0]}: not staged; staged are {', '.join(staged) or 'none: see `kg load`'}")
    chosen = [manifest for name, manifest in staged.items() if not names or name in names]
    notices = notice(manifest.declared for manifest in chosen)
    if as_json:
        keys = ("name", "title", "url", "licence", "citation")
        rows = [
            {key: getattr(each.declared, key) for key in keys}
            | {"terms": terms(each.declared.licence), "version": each.version}
            for each in chosen
        ]
        print(json.dumps({"sources": rows, "notice": notices}))
        return
    for each in chosen:
        source = each.declared
        out.print(f"{source.title} ({source.name}){f', {each.version}' if each.version else ''}", markup=False)
        out.print(f"  licence  {source.licence} ({terms(source.licence)})", markup=False)
        for label, text in (("cite", source.citation), ("page", source.url)):
            if text:
                out.print(f"  {label:<9}{text}", markup=False)
    for said in notices:
        out.print(f"\n{said}", markup=False)
    if not chosen:
        out.print("Nothing is staged; `kg load` stages what it loads")


@app.command()
def load(
    names: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE…|all|FORMAT FILE…", help="Sources (see `kg sources`), or a format."),
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder with the files, searched deeply; default: $KG_HOME/downloads, which `kg fetch` fills.",
            envvar="KG_DATA",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="What to call the source that the files make.")] = None,
    vocabulary: Annotated[str | None, typer.Option(help="The prefix whose concepts the files describe.")] = None,
    writer: Annotated[str, typer.Option(help="auto, bulk or upsert.")] = "auto",
    engine: Annotated[str, typer.Option(help="What stages: duckdb, or spark at the address KG_SPARK.")] = "duckdb",
    licence: Annotated[
        str, typer.Option(help="Terms that the graph may stand under: open, share-alike (and open) or all.")
    ] = "all",
    option: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="[SOURCE.]OPTION=VALUE", help="An option of a source or of a format."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Stage and count; write nothing to Neo4j.")] = False,
    as_json: Json = False,
) -> None:
    """Build or update the graph from source files.

    `kg load all --data DIR` takes every source whose official files are below DIR; `kg load ontology FILE --vocabulary
    X` takes files of your own in a format that kg knows; `kg load neo4j bolt://HOST:7687 --name N` reads a graph that
    you have in Neo4j (NEO4J_SOURCE_USERNAME, NEO4J_SOURCE_PASSWORD). `kg sources` lists all.
    """
    from dataclasses import asdict

    from kgbuild import home
    from kgbuild.console import Steps
    from kgbuild.loading import load as run
    from kgbuild.loading import load_files
    from kgbuild.update import WRITERS
    from loaders import DOORS, LOADERS

    if writer not in WRITERS:
        raise InputError(f"--writer {writer}: no such writer; one of {', '.join(WRITERS)}")
    steps = Steps()
    if names[0] in DOORS:
        given = _options_of(option or []) | ({"vocabulary": vocabulary} if vocabulary else {})
        if len(names) == 1:
            raise InputError(f"{names[0]}: no file given; kg load {names[0]} FILE…")
        paths = [Path(each) for each in names[1:]]
        if names[0] == "neo4j":
            from kgbuild.extract import extract

            with steps.step(f"reading {names[1]}"):
                paths = extract(names[1], name, given)
        loaded = load_files(DOORS[names[0]], paths, LOADERS, name, writer, given, dry_run, steps, licence, engine)
    else:
        chosen = _parameters(option or [])
        loaded = run(names, data or home.data(), LOADERS, writer, chosen, dry_run, steps, licence, engine)
    loaded.seconds = {name: round(seconds, 1) for name, seconds in steps.seconds.items()}
    if as_json:
        print(json.dumps(asdict(loaded), default=str))
    else:
        _print_loaded(loaded, dry_run)


def _options_of(options: list[str]) -> dict[str, str]:
    """`--set OPTION=VALUE` of a format."""
    split = [option.partition("=") for option in options]
    if wrong := [name + equals + value for name, equals, value in split if not (name and equals)]:
        raise InputError(f"--set {wrong[0]}: not an option; expected OPTION=VALUE")
    return {name: value for name, _, value in split}


def _parameters(options: list[str]) -> dict[str, dict[str, str]]:
    parameters: dict[str, dict[str, str]] = {}
    for option in options:
        name, equals, value = option.partition("=")
        source, dot, key = name.partition(".")
        if not (equals and dot):
            raise InputError(f"--set {option}: not an option; expected SOURCE.OPTION=VALUE")
        parameters.setdefault(source, {})[key] = value
    return parameters


def _print_loaded(loaded: Any, dry_run: bool) -> None:
    from kgbuild.console import out, table
    from kgbuild.licence import terms

    rows = [row | {"": "unchanged" if row["source"] in loaded.unchanged else ""} for row in loaded.rows()]
    table(rows)
    total = sum(row["rows"] for row in rows)
    out.print(f"\n{total:,} input rows, each staged, merged or rejected; {sum(loaded.seconds.values()):.0f} s")
    for what, names in (("absent (no file below --data)", loaded.absent), ("kept from earlier loads", loaded.kept)):
        if names:
            out.print(f"{what}: {', '.join(names)}")
    if loaded.left_out:
        named = ", ".join(f"{name} ({licence}, {terms(licence)})" for name, licence in loaded.left_out.items())
        out.print(f"left out for their licence: {named}", markup=False)
    if any(row["rejected"] for row in rows):
        out.print("rejected rows and their reasons: `kg rejects SOURCE`")
    if not dry_run:
        done = {"bulk": "imported", "upsert": "updated", "none": "already up to date"}[loaded.writer]
        out.print(f"The graph is {done}. Next: `kg stats`, `kg train`")


@app.command()
def unload(
    names: Annotated[list[str], typer.Argument(metavar="SOURCE…", help="Sources to take out of the graph.")],
    writer: Annotated[str, typer.Option(help="auto or upsert.")] = "auto",
) -> None:
    """Take sources out of the graph: their evidence and names, and nodes that no other source names."""
    from kgbuild.console import Steps
    from kgbuild.loading import unload as run
    from loaders import LOADERS

    run(names, LOADERS, writer, Steps())
    print(f"{', '.join(names)}: not in the graph any more")


@app.command()
def diff(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE…|all]", help="What to compare with the graph.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder with downloaded files, as for `kg load`.")] = None,
    option: Annotated[
        list[str] | None, typer.Option("--set", metavar="SOURCE.OPTION=VALUE", help="An option of a source.")
    ] = None,
    examples: Annotated[int, typer.Option(help="Records to show of each kind of change.")] = 3,
    as_json: Json = False,
) -> None:
    """Say what the last load changed, or (with --data) what loading these files would change."""
    from dataclasses import asdict

    from kgbuild.console import Steps, out, table
    from kgbuild.loading import difference, last_difference
    from loaders import LOADERS

    if data is not None:
        found = difference(names or ["all"], data, LOADERS, _parameters(option or []), examples, Steps())
    elif names:
        raise InputError("--data: not given; without it `kg diff` says what the last load changed, of all sources")
    else:
        found = last_difference(examples)
    if as_json:
        print(json.dumps([asdict(each) for each in found]))
        return
    table([{key: value for key, value in asdict(each).items() if key != "examples"} for each in found])
    for each in found:
        for what, some in each.examples.items():
            for text in some:
                out.print(f"{each.source} {each.kind} {what}: {text}", markup=False)


@app.command()
def migrate() -> None:
    """Bring what an older kg wrote, here and in the graph, to what this one reads and writes."""
    from kgbuild.console import Steps
    from kgbuild.migrate import migrate as run
    from loaders import LOADERS

    for line in run(LOADERS, Steps()) or ["Nothing to migrate: everything is this kg's"]:
        print(line)


@app.command()
def rejects(
    source: Annotated[str, typer.Argument(help="A source that was staged.")],
    examples: Annotated[int, typer.Option(help="Rows to show of each reason.")] = 3,
) -> None:
    """Show the input rows of a source that could not be used, by reason."""
    from kgbuild import duck
    from kgbuild.console import out, table
    from kgbuild.home import folder
    from kgbuild.staging import Manifest

    manifest = Manifest.read(folder("staged") / source)
    if manifest is None:
        raise InputError(f"{source}: not staged; `kg sources` lists what is")
    path = manifest.table("rejects")
    with duck.connect() as con:
        reasons = con.execute(
            f"SELECT reason, count(*) AS n FROM '{path}' GROUP BY reason ORDER BY n DESC, reason"
        ).fetchall()
        for reason, count in reasons:
            out.print(f"\n{count:,} × {reason}", markup=False)
            rows = con.execute(
                f"SELECT file, row, key, raw[:100] AS raw FROM '{path}' WHERE reason = ? ORDER BY ALL LIMIT ?",
                [reason, examples],
            ).fetchall()
            table([dict(zip(("file", "row", "key", "raw"), row, strict=True)) for row in rows])
    if not reasons:
        out.print(f"{source}: no row was rejected")


@app.command()
def stats(
    digest: Annotated[bool, typer.Option("--digest", help="Print the graph's order-independent hash, last.")] = False,
    as_json: Json = False,
) -> None:
    """Count what the graph holds, by label, type, vocabulary and source."""
    from kgbuild import stats as counting
    from kgbuild.console import table
    from kgbuild.store import connect

    with connect() as store:
        if not digest:
            tables = counting.counts(store)
            if as_json:
                print(json.dumps(tables))
                return
            for name, rows in tables.items():
                table(rows, title=f"\n{name.capitalize()}", limit=60)
        else:
            value = counting.digest(store)
            print(json.dumps({"digest": value}) if as_json else value)


@app.command()
def validate(
    check: Annotated[list[str] | None, typer.Option("--check", metavar="NAME", help="Only this check.")] = None,
    examples: Annotated[int, typer.Option(min=0, help="Findings to show of each check.")] = 3,
    out: Annotated[Path | None, typer.Option(help="Write all findings to a file of tab-separated values.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 where there is an error.")] = False,
    as_json: Json = False,
) -> None:
    """Check the graph that was loaded last: what is wrong in it, and the input rows that it comes from."""
    from kgbuild.quality import validate as checking
    from kgbuild.quality.views import Graph
    from loaders import LOADERS

    graph = Graph.last(tuple(LOADERS))
    results = checking.validate(graph, check or [], examples, out)
    if as_json:
        print(json.dumps({"graph_id": graph.load.graph_id, "checks": [result.json() for result in results]}))
    else:
        checking.show(results)
        if out is not None:
            print(f"\n{sum(result.rows for result in results):,} rows written to {out}")
    if strict and any(result.findings for result in results if result.check.severity == "error"):
        raise typer.Exit(1)


@app.command()
def report(out: Annotated[Path, typer.Argument(help="FILE.html")]) -> None:
    """Write a page about the graph that was loaded last: counts, plots, overlaps, sources, and what is wrong in it."""
    from kgbuild.console import Steps
    from kgbuild.quality import report as reporting
    from kgbuild.quality.views import Graph
    from loaders import LOADERS

    with Steps().step("report"):
        reporting.write(Graph.last(tuple(LOADERS)), out)
    print(f"Written to {out}")


@app.command()
def train(
    recipe: Annotated[
        str,
        typer.Argument(
            help="generel (the paper), generel-locus (knows loci), generel-small, sapbert, biolord, …; RECIPE:VARIANT"
        ),
    ] = "generel-locus",
    out: Annotated[Path | None, typer.Option(help="Folder of the model; default $KG_HOME/models/RECIPE.")] = None,
    base_model: Annotated[
        str | None, typer.Option(help="Hugging Face name or folder; default: the packaged MiniLM.")
    ] = None,
    teacher: Annotated[
        str | None, typer.Option(help="Of biolord-m: a recipe's model or a folder; default biolord.")
    ] = None,
    pooling: Annotated[str | None, typer.Option(help="cls or mean.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the pairs.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Pairs a batch.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Of the language model, at its peak.")] = None,
    precision: Annotated[str | None, typer.Option(help="bf16, fp32 or auto (bf16 where the device has it).")] = None,
    chunk: Annotated[int | None, typer.Option(help="Distinct texts encoded at once.")] = None,
    gradient_caching: Annotated[
        bool | None, typer.Option("--gradient-caching", help="Batches of any size in the memory of one chunk.")
    ] = None,
    patience: Annotated[
        int | None, typer.Option(help="Stop after so many checkpoints without a lower validation loss.")
    ] = None,
    max_time: Annotated[float | None, typer.Option(help="Stop after so many minutes.")] = None,
    mentions: Annotated[
        Path | None, typer.Option(help="For sapbert: TSV or CSV of mention and concept to fine-tune on.")
    ] = None,
    hold_out: Annotated[
        str | None, typer.Option(help="Associations kept for `kg evaluate`: grouped, random or none.")
    ] = None,
    keep_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIR|SOURCE", help="Train on nothing that a folder's benchmarks, or a biobank, ask about."
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of sampling and initialisation.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
) -> None:
    """Train an encoder of texts and variants on pairs sampled from the graph."""
    options = {
        "base_model": base_model, "teacher": teacher, "pooling": pooling, "epochs": epochs, "batch_size": batch_size,
        "learning_rate": learning_rate, "precision": precision, "chunk": chunk, "gradient_caching": gradient_caching,
        "patience": patience,
        "max_minutes": max_time, "hold_out": hold_out, "keep_out": keep_out or None, "seed": seed,
        "mentions": None if mentions is None else str(mentions.absolute()),
    }  # fmt: skip
    from_embed("commands").train(recipe, out, {k: v for k, v in options.items() if v is not None}, resume)


@app.command()
def baseline(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME…", help="svd, node2vec, transe, transh, transr, distmult, simple; default: all."),
    ] = None,
    like: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Train on what this model was trained on; default: as kg train.")
    ] = None,
    minutes: Annotated[float, typer.Option(help="That each is trained at most.")] = 5.0,
    seed: Annotated[int, typer.Option(help="Of each training.")] = 0,
    as_json: Json = False,
) -> None:
    """Train what a model is compared with, on the same graph and split: graph embeddings, Node2Vec, SVD."""
    print_frame(from_embed("baselines.commands").baseline(names or (), minutes, None, like, seed), as_json)


@app.command()
def enrich(
    model: Annotated[
        str | None,
        typer.Argument(
            help="A recipe's name, a model folder, a name on the Hugging Face hub, or `minilm` (untrained); default: "
            "trained last."
        ),
    ] = None,
) -> None:
    """Write a model's embeddings of concepts, names and variants into the graph, with vector indexes."""
    from_embed("commands").enrich(model)


@app.command()
def demo(
    home: Annotated[
        Path | None, typer.Option(help="Folder of the demo's graph and model; default $KG_HOME/demo.")
    ] = None,
) -> None:
    """Run the whole path on the starter data: load, train, enrich, map, export, draw."""
    from kgbuild.home import home as kg_home

    if "NEO4J_URI" not in os.environ:
        os.environ["KG_HOME"] = str(home or kg_home() / "demo")
    from_embed("commands")  # says which extra is missing
    importlib.import_module("kgbuild.demo").run()


if __name__ == "__main__":
    main()
