"""The whole path on the starter data: load → train → enrich → map → export → draw. `kg demo` runs it."""

import logging
import os
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from embed import commands
from kgbuild import browser, database, mapping
from kgbuild.console import Steps, out, table
from kgbuild.export import export_sssom
from kgbuild.loading import load
from kgbuild.store import Store, connect
from loaders import LOADERS

#: Written into the folder where the demo is run.
FOLDER = Path("kg-demo")
#: Named in the picture.
SHOWN = ("phecode:250.1", "phecode:250.2", "phecode:495", "phecode:411.4", "phecode:714.1", "dbSNP:rs7903146")


def run() -> None:
    """Run the path in the current KG_HOME, into `kg-demo` in the current folder; running it again changes nothing."""
    FOLDER.mkdir(exist_ok=True)
    steps = Steps()
    with as_file(files("loaders") / "starter") as data:
        loaded = load(["all"], data, LOADERS, progress=steps)
    rows = sum(sum(manifest.rows.values()) for manifest in loaded.staged)
    out.print(f"The graph holds {len(loaded.staged)} sources, {rows:,} input rows (`kg stats` counts them)\n")

    commands.train("generel_small", None, {"hold_out": "none"}, resume=False)
    commands.enrich("generel_small")
    with connect() as store:
        _map(store, steps)
        _neighbours(store)
        with steps.step("drawing the embeddings"):
            draw(store, FOLDER / "embeddings.png")
    out.print(f"\nWritten: {FOLDER}/phecode-efo.sssom.tsv (the mapping), {FOLDER}/embeddings.png (its picture)")
    _farewell()


def _map(store: Store, steps: Steps) -> None:
    with steps.step("mapping phecode onto EFO"):
        frame = mapping.harmonize(store, "phecode", "EFO", top=5)
    export_sssom(frame, FOLDER / "phecode-efo.sssom.tsv", store)
    best = frame[frame["rank"] == 1].sort_values("subject_id")
    gold = pd.read_csv(str(files("loaders") / "starter" / "gold.tsv"), sep="\t", dtype=str)
    right = set(zip("phecode:" + gold["phecode"], gold["target_id"], strict=True))
    curated = {concept for concept, _ in right}
    shown = [
        {
            "PheCode": row.subject_id.removeprefix("phecode:"),
            "label": row.subject_label,
            "EFO release": row.object_id,
            "term": row.object_label,
            "score": row.similarity_score,
            "": "" if (row.subject_id, row.object_id) in right else "≠ curated",
        }
        for row in best.itertuples()
        if row.subject_id in curated
    ]
    table(shown, title="\nPheCode → EFO, the best candidate of each that has a curated answer", limit=45)
    share = np.mean([not row[""] for row in shown])
    out.print(f"{share:.0%} of {len(shown)} equal the curated table that comes with the starter data")


def _neighbours(store: Store) -> None:
    for identifier, to, what in (
        ("phecode:250.2", "variants", "Nearest variants of type 2 diabetes (phecode:250.2)"),
        ("dbSNP:rs7903146", "EFO", "Nearest diseases and traits of rs7903146 (TCF7L2)"),
    ):
        frame = mapping.similar(store, identifier, to, 5)
        table(frame.to_dict("records"), title=f"\n{what}")


def draw(store: Store, path: Path) -> None:
    """Draw all embeddings in two dimensions by t-SNE, coloured by type (GENEREL, figure 1)."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it announces its font cache
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    from sklearn.manifold import TSNE

    rows = store.query("enrich/embeddings")
    types = np.array([row["type"] for row in rows])
    vectors_ND = np.array([row["embedding"] for row in rows], np.float32)
    point_N2: NDArray[np.float32] = TSNE(
        metric="cosine", init="pca", random_state=0, perplexity=min(30, len(rows) // 4)
    ).fit_transform(vectors_ND)
    figure, axes = plt.subplots(figsize=(11, 8.5), layout="constrained")
    for kind, colour in zip(pd.unique(types), plt.get_cmap("tab10").colors, strict=False):
        chosen = types == kind
        axes.scatter(*point_N2[chosen].T, s=14, color=colour, label=f"{kind} ({chosen.sum():,})", linewidths=0)
    for row, (x, y) in zip(rows, point_N2, strict=True):
        if row["id"] in SHOWN:
            axes.annotate(row["name"] or row["id"], (x, y), fontsize=8, xytext=(4, 4), textcoords="offset points")
    axes.set(xticks=[], yticks=[], title="Concepts and variants of the starter graph in one space (t-SNE)")
    axes.legend(loc="best", fontsize=8, markerscale=1.5)
    part = path.with_name(f".{path.name}")
    figure.savefig(part, dpi=130, format="png")
    plt.close(figure)
    part.replace(path)


def _farewell() -> None:
    found = database.status()
    out.print("\n[bold]Look at it in the Neo4j Browser[/bold]")
    if found.managed and found.password_file is not None:
        out.print(f"  {found.http_address}")
        out.print(f"  connect to {found.uri}, user {found.user}, password {found.password_file.read_text().strip()}")
        out.print(f"  (the commands below need KG_HOME={os.environ['KG_HOME']}; `kg db stop` stops the server)")
    else:
        out.print(f"  {found.uri}")
    out.print("\nThree vector queries to paste there:")
    for name in ("phecode_to_efo", "variants_of_disease", "diseases_of_variant"):
        out.print("\n" + browser.text(name).strip(), markup=False)
    out.print("\n`kg browser` opens it, and has more of them (`kg browser --list`)")
