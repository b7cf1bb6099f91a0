"""An evaluation as a person reads it, as a script does, and as files: tables in CSV, reliability as a picture."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from embed.evaluate.figure import Figure
from embed.evaluate.summary import OURS, Evaluation
from kgbuild.console import out, table
from kgbuild.files import made, replacing


def frames(found: Evaluation) -> dict[str, pd.DataFrame]:
    """Its tables, by name."""
    values = {each.name: getattr(found, each.name) for each in fields(found)}
    return {name: value for name, value in values.items() if isinstance(value, pd.DataFrame)}


def as_json(found: Evaluation) -> str:
    """Everything but the predictions, which `--out` writes."""
    tables = {name: json.loads(frame.to_json(orient="records")) for name, frame in frames(found).items()}
    del tables["predictions"]
    return json.dumps({**found.mapped._asdict(), "notes": list(found.notes), **tables})


def show(found: Evaluation) -> None:
    """Print it, in 120 columns."""
    concepts = found.figures["concepts"].iloc[0]
    out.print(f"{found.mapped.source} → {found.mapped.target}: {concepts:,} concepts with a right answer; each figure")
    out.print("with the middle 95 % of bootstrap resamples; = counts ids that the graph asserts to be the same\n")
    same = found.figures[found.figures["by"] == "equivalent"].set_index("method")
    table([
        {"method": _marked(row.method, found), "Acc@1": _interval(row, "acc1"), "Acc@5": _interval(row, "acc5"),
         "MRR": row.mrr, "best F1": row.best_f1, "Acc@1 =": same.acc1[row.method], "Acc@5 =": same.acc5[row.method]}
        for row in _by_id(found.figures)
    ])  # fmt: skip
    table(
        [
            {"against": row.method, "Acc@1": _interval(row, "acc1", "+"),
             "alone": f"{row.won:.0f}:{row.lost:.0f}", "p": _p(row.p),
             "Acc@5": _interval(row, "acc5", "+"), "MRR": _interval(row, "mrr", "+")}
            for row in _by_id(found.tests)
        ],
        title=f"\n{OURS} less each other; how many each alone has right, p by McNemar's exact test",
    )  # fmt: skip
    if len(found.thresholds):
        _show_confidence(found)
    for note in ("", *found.notes):
        out.print(note, markup=False)


def _show_confidence(found: Evaluation) -> None:
    table(
        [
            {"at least": f"{row.threshold:.3f}", "chosen for": row.rule + (" (by the answers)" if row.oracle else ""),
             "precision": _interval(row, "precision"), "recall": row.recall, "F1": _interval(row, "f1"),
             "coverage": row.coverage}
            for row in _by_id(found.thresholds)
        ],
        title=f"\nThe links of {OURS} with a confidence of",
    )  # fmt: skip
    errors = {row.bins: row for row in _by_id(found.calibration)}
    said = ", equal ".join(
        f"{bins}: {errors[bins].error:.3f} ({errors[bins].low:.3f}, {errors[bins].high:.3f})"
        for bins in ("width", "mass")
    )
    out.print(f"\nExpected calibration error in ten bins, equal {said}", markup=False)
    table(
        [
            {"confidence": f"{row['from']:.3f} to {row.to:.3f}", "links": row.links, "mean": row.confidence,
             "right": f"{row.right:.3f} ({row.low:.3f}, {row.high:.3f})"}
            for _, row in found.reliability[found.reliability["bins"] == "mass"].iterrows()
        ],
    )  # fmt: skip


def _by_id(frame: pd.DataFrame) -> Any:
    return frame[frame["by"] == "id"].itertuples()


def _marked(method: str, found: Evaluation) -> str:
    return f"{method} ({found.mapped.model})" if method == OURS else method


def _interval(row: Any, name: str, sign: str = "") -> str:
    value, low, high = (getattr(row, f"{name}{end}") for end in ("", "_low", "_high"))
    return f"{value:{sign}.3f} ({low:.3f}, {high:.3f})"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def write(found: Evaluation, folder: Path) -> None:
    """Write a CSV a table that is not empty, and reliability.png and .svg where there is a confidence.

    Raises:
        InputError: The folder cannot be written.
    """
    made(folder)
    for name, frame in frames(found).items():
        if len(frame):
            with replacing(folder / f"{name}.csv") as (part,):
                frame.to_csv(part, index=False)
    if len(found.reliability):
        _draw(found, folder)


def _draw(found: Evaluation, folder: Path) -> None:
    """The share of right links over their confidence, in bins of equal width, with how many links each has."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    bins = found.reliability[found.reliability["bins"] == "width"]
    figure = Figure(figsize=(5, 6), layout="constrained")
    above, below = figure.subplots(2, sharex=True, height_ratios=(4, 1))
    above.plot([0, 1], [0, 1], color="0.7", label="as right as it says")
    spread = [(bins["right"] - bins["low"]).clip(lower=0), (bins["high"] - bins["right"]).clip(lower=0)]
    above.errorbar(
        bins["confidence"], bins["right"], spread, fmt="o", color="C0", capsize=3, label="links, 95 % interval"
    )
    above.set(ylabel="share right", ylim=(0, 1.02), title=f"{found.mapped.source} → {found.mapped.target}, {OURS}")
    above.legend(loc="upper left")
    below.hist(found.predictions["confidence"].dropna(), bins=20, range=(0, 1), color="0.6")
    below.axvline(found.thresholds["threshold"].iloc[0], color="C1", label="highest expected F1")
    below.set(xlabel="confidence", ylabel="links", xlim=(0, 1))
    below.legend(loc="upper left")
    png, svg = (folder / f"reliability.{ending}" for ending in ("png", "svg"))
    with replacing(png, svg) as (png_part, svg_part), mpl.rc_context({"svg.hashsalt": "kg"}):
        figure.savefig(png_part, format="png", dpi=150)
        figure.savefig(svg_part, format="svg", metadata={"Date": None})


def figures(name: str, found: Evaluation) -> list[Figure]:
    """Acc@1, Acc@5, mean reciprocal rank and best F1 of each method; what the confidence is worth."""
    p_of = {(row.method, row.by): row.p for row in found.tests.itertuples()}
    rows = []
    for row in found.figures.itertuples():
        how = {"table": "mapping", "set": name, "method": row.method, "items": row.concepts}
        how["subset"] = "all" if row.by == "id" else "asserted equivalents count"
        p = p_of.get((row.method, row.by))
        for measure, key in (("Acc@1", "acc1"), ("Acc@5", "acc5"), ("MRR", "mrr")):
            test = {"against": OURS, "p": p} if measure == "Acc@1" and p is not None else {}
            low, high = getattr(row, f"{key}_low"), getattr(row, f"{key}_high")
            rows.append(Figure(**how, measure=measure, value=getattr(row, key), low=low, high=high, **test))
        rows.append(Figure(**how, measure="F1, best threshold", value=row.best_f1))
    concepts = int(found.figures["concepts"].iloc[0])
    for row in found.thresholds.itertuples():
        how = {"table": "mapping", "set": name, "method": OURS, "items": concepts}
        if row.by != "id" or row.oracle:
            continue
        for measure in ("precision", "recall", "f1", "coverage"):
            low, high = getattr(row, f"{measure}_low"), getattr(row, f"{measure}_high")
            label = f"{measure.replace('f1', 'F1')}, threshold for {row.rule}"
            rows.append(Figure(**how, measure=label, value=getattr(row, measure), low=low, high=high))
    for row in found.calibration.itertuples():
        if row.by == "id" and row.bins == "width":
            how = {"table": "mapping", "set": name, "method": OURS, "items": concepts}
            measure = "expected calibration error"
            rows.append(Figure(**how, measure=measure, value=row.error, low=row.low, high=row.high))
    return rows
