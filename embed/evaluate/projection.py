"""t-SNE of a model's space: concepts and variants as points, by type and by vocabulary, as a picture and as a page.

    PairCache ──> chosen() ──> project(Encoder) ──> draw()    PNG, SVG
                                               └──> write()   one HTML file: zoom, names, types on and off

The points are a bounded sample of each type, and what is asked for by name: by default autoimmune diseases, with their
genes and variants, as in the paper.

Legend: N points, D embedding width.

Source: GENEREL, figure 1; van der Maaten and Hinton 2008.
"""

import base64
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from embed.model.checkpoint import Encoder
from embed.pairs.cache import ASSOCIATIONS, TASKS, PairCache
from kgbuild.errors import InputError
from kgbuild.files import replacing
from kgbuild.graph import name_key

#: Diseases in which the immune system attacks the body; those that the graph does not have by this name are left out.
AUTOIMMUNE = (
    "rheumatoid arthritis", "systemic lupus erythematosus", "type 1 diabetes mellitus", "multiple sclerosis",
    "celiac disease", "psoriasis", "Crohn's disease", "ulcerative colitis", "ankylosing spondylitis", "vitiligo",
    "Graves disease", "Hashimoto's thyroiditis", "autoimmune thyroid disease", "acquired hypothyroidism",
    "myasthenia gravis", "Sjogren syndrome", "systemic scleroderma", "alopecia areata", "primary biliary cirrhosis",
)  # fmt: skip
VARIANT = "Variant"
_MOST = 5_000  # points: a t-SNE of more takes minutes
_GENES, _VARIANTS = 8, 12  # of each disease asked for
#: Okabe and Ito's colours, which colour-blind people tell apart, and matplotlib's marks: a pair for each category.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#777777")
_MARKERS = ("o", "s", "^", "D", "v")
_SHAPES = ("circle", "square", "up", "diamond", "down")


def chosen(
    cache: PairCache, encoder: Encoder, names: Iterable[str] = AUTOIMMUNE, each: int = 300, seed: int = 0
) -> pd.DataFrame:
    """Points: at most `each` random concepts of a type, and of the variants, with those asked for and their neighbours.

    Args:
        cache: The concepts, those that have a pair.
        encoder: Which variants have a learned vector.
        names: Of concepts that are shown with genes and variants that are associated with them.
        each: Points of a type; fewer where the types are so many that there would be more than 5,000.
        seed: Of the sample.

    Returns:
        id, label, type, vocabulary, asked (bool).
    """
    rng = np.random.default_rng(seed)
    strings, ids = cache.strings.to_pylist(), cache.concepts["id"].to_pylist()
    types = np.array(cache.concepts["type"].to_pylist(), object)
    task, head, tail = (cache.column(name) for name in ("task", "head", "tail"))
    association = np.isin(task, [TASKS.index(name) for name in ASSOCIATIONS])
    labels = [strings[i] for i in _texts(cache, task == TASKS.index("relation"))]
    used = np.unique(np.concatenate([head, tail[~association]]))
    of_type = {kind: used[types[used] == kind] for kind in sorted({each for each in types[used] if each})}
    variants, _ = encoder.variants
    learned = np.array(variants, object)[encoder.trained] if len(variants) else np.array([], object)
    each = min(each, _MOST // (len(of_type) + 1))
    sample = [_some(rng, places, each) for places in of_type.values()]
    concepts, near = _near(cache, labels, types, names, association, set(learned.tolist()))
    asked = {ids[i] for i in concepts} | near
    concepts = np.unique(np.concatenate([*sample, concepts]).astype(np.int64))
    shown = sorted({*_some(rng, learned, each).tolist(), *near})
    rows = [(ids[i], labels[i], types[i]) for i in concepts.tolist()]
    rows += [(identifier, identifier.partition(":")[2], VARIANT) for identifier in shown]
    frame = pd.DataFrame(rows, columns=["id", "label", "type"]).dropna()
    frame["vocabulary"] = frame["id"].str.partition(":")[0]
    frame["asked"] = frame["id"].isin(asked)
    return frame.sort_values("asked", kind="stable")[-_MOST:].reset_index(drop=True)


def _texts(cache: PairCache, relation: NDArray[np.bool_]) -> list[int]:
    """What a concept is called: as relations call it, so a gene by its symbol, else its label."""
    texts = cache.concepts["label"].to_numpy().copy()
    for end in ("head", "tail"):
        texts[cache.column(end)[relation]] = cache.column(f"{end}_text")[relation]
    called: list[int] = texts.tolist()
    return called


def _some(rng: np.random.Generator, places: NDArray[np.generic], most: int) -> NDArray[np.generic]:
    return places if len(places) <= most else rng.choice(places, most, replace=False)


def _near(
    cache: PairCache,
    labels: Sequence[str],
    types: NDArray[np.object_],
    names: Iterable[str],
    association: NDArray[np.bool_],
    learned: Collection[str],
) -> tuple[NDArray[np.int64], set[str]]:
    """Places of the concepts with some of the names and of their genes, and the ids of their variants.

    A concept is asked for by its label, and stands there once for each vocabulary that has it. Genes and variants with
    the heaviest evidence come first.
    """
    keys = {name_key(name) for name in names}
    places = np.array([i for i, label in enumerate(labels) if name_key(label) in keys and types[i]], np.int64)
    head, tail, task = (cache.column(name) for name in ("head", "tail", "task"))
    order = np.argsort(-cache.column("weight"), kind="stable")
    relation, associated = order[task[order] == TASKS.index("relation")], order[association[order]]
    found, variants, ids = [places], set(), cache.variants["id"]
    for place in places.tolist():
        ends = np.concatenate([tail[relation[head[relation] == place]], head[relation[tail[relation] == place]]])
        found.append(ends[types[ends] == "Gene"][:_GENES])
        mine = dict.fromkeys(ids[int(i)].as_py() for i in tail[associated[head[associated] == place]])
        variants |= set([each for each in mine if each in learned][:_VARIANTS])
    return np.unique(np.concatenate(found).astype(np.int64)), variants


def project(points: pd.DataFrame, encoder: Encoder, seed: int = 0) -> pd.DataFrame:
    """The points with `x` and `y`: t-SNE of their vectors by cosine, started from the first two components.

    Raises:
        InputError: Fewer than 10 points.
    """
    from sklearn.manifold import TSNE

    if len(points) < 10:
        raise InputError(f"{len(points)} points: too few to show; at least 10")
    vectors_ND = np.empty((len(points), encoder.dimensions), np.float32)
    is_variant = points["type"].to_numpy() == VARIANT
    vectors_ND[~is_variant] = encoder.encode(points["label"][~is_variant].tolist(), precision="auto")
    if is_variant.any():
        ids, variant_MD = encoder.variants
        place = {identifier: i for i, identifier in enumerate(ids)}
        vectors_ND[is_variant] = variant_MD[[place[identifier] for identifier in points["id"][is_variant]]]
    perplexity = min(30.0, (len(points) - 1) / 3)
    found_N2 = TSNE(metric="cosine", init="pca", perplexity=perplexity, random_state=seed).fit_transform(vectors_ND)
    return points.assign(x=found_N2[:, 0], y=found_N2[:, 1])


def styles(values: Iterable[str]) -> dict[str, tuple[int, int]]:
    """A colour and a shape for each category, the commonest first: no two have both in common."""
    counts: dict[str, int] = defaultdict(int)
    for value in values:
        counts[value] += 1
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    return {value: (i % len(_COLOURS), i // len(_COLOURS) % len(_SHAPES)) for i, value in enumerate(ordered)}


def draw(points: pd.DataFrame, folder: Path, name: str, by: str = "type", title: str = "") -> None:
    """Write NAME.png and NAME.svg: all points faint, those asked for in full and some of them named.

    Args:
        points: Of `project`.
        folder: Where.
        name: Of the files.
        by: `type` or `vocabulary`: what the colours and shapes say.
        title: Above the picture.

    Raises:
        InputError: They cannot be written.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 8), layout="constrained")
    axes = figure.subplots()
    for place, (value, (colour, shape)) in enumerate(styles(points[by]).items()):
        part = points[points[by] == value]
        for asked, size, alpha in ((False, 10, 0.35), (True, 34, 1.0)):
            of = part[part["asked"] == asked]
            axes.scatter(
                of["x"], of["y"], s=size, alpha=alpha, c=_COLOURS[colour], marker=_MARKERS[shape],
                edgecolors="black", linewidths=0.6 if asked else 0, zorder=1 + asked - place / 100,
                label=value if asked == bool(part["asked"].all()) else None,
            )  # fmt: skip
    for label, x, y, end in _named(points):
        side, away = ("left", 4) if end > x else ("right", -4)
        axes.annotate(label, (x, y), (away, 3), textcoords="offset points", fontsize=7, ha=side, zorder=3)
    axes.set(xticks=[], yticks=[], title=title)
    legend = axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, markerscale=2, fontsize=9)
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set_alpha(1)
    png, svg = (folder / f"{name}.{ending}" for ending in ("png", "svg"))
    with replacing(png, svg) as (png_part, svg_part), mpl.rc_context({"svg.hashsalt": "kg"}):
        figure.savefig(png_part, format="png", dpi=150)
        figure.savefig(svg_part, format="svg", metadata={"Date": None})


class _Name(NamedTuple):
    """A point's name: from the point itself to where its last letter is, at the point's height."""

    label: str
    x: float
    y: float
    end: float

    def meets(self, other: "_Name", high: float) -> bool:
        """Whether two names of this height are written over each other."""
        begin, end = sorted((self.x, self.end))
        its_begin, its_end = sorted((other.x, other.end))
        return abs(self.y - other.y) < high and begin < its_end and its_begin < end


def _named(points: pd.DataFrame, most: int = 24) -> list[_Name]:
    """Of those asked for, some whose names are not written over each other or out of the picture."""
    found: list[_Name] = []
    letter, high = 0.0105 * float(np.ptp(points["x"])), 0.025 * float(np.ptp(points["y"]))
    edge = float(points["x"].max())
    asked = points[points["asked"]]
    for row in asked.sort_values("type", kind="stable")[["label", "x", "y"]].itertuples(index=False):
        length = letter * len(row.label)
        end = row.x - length if row.x + length > edge else row.x + length
        name = _Name(row.label, row.x, row.y, end)
        if len(found) < most and not any(name.meets(other, high) for other in found):
            found.append(name)
    return found


def write(points: pd.DataFrame, path: Path, title: str) -> None:
    """Write the page: one HTML file that asks nobody for anything.

    Args:
        points: Of `project`.
        path: FILE.html.
        title: Its heading.

    Raises:
        InputError: It cannot be written.
    """
    folder = files("embed.evaluate")
    template, style, script = (
        (folder / f"projection.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    data = {
        "x": [round(float(each), 2) for each in points["x"]],
        "y": [round(float(each), 2) for each in points["y"]],
        "id": points["id"].tolist(),
        "label": points["label"].tolist(),
        "asked": points["asked"].astype(int).tolist(),
        "by": {by: points[by].tolist() for by in ("type", "vocabulary")},
        "styles": {by: {v: [_COLOURS[c], _SHAPES[s]] for v, (c, s) in styles(points[by]).items()}
                   for by in ("type", "vocabulary")},
    }  # fmt: skip
    parts = {
        "policy": f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        "title": escape(title),
        "count": f"{len(points):,}",
        "style": style,
        "data": json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
        "script": script,
    }
    text = re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)
    with replacing(path) as (part,):
        part.write_text(text, encoding="utf-8")
