"""Staging: a source's files become four Parquet tables in which every input row is accounted for.

    files ── loader ──> Staged (Ibis tables) ── stage() ──> nodes, names, edges, rejects (Parquet), manifest.json

`stage()` casts, derives edge ids, labels and weights, keeps one of equal records, and counts: an input row is *staged*
if one of its records was kept, *merged* if all of them equal records of other rows, *rejected* if the loader said so.
"""

import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache, reduce
from pathlib import Path
from types import ModuleType

import ibis
import ibis.expr.types as ir

from kgbuild.engines import DuckDB, Engine
from kgbuild.errors import LoadError
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import SCHEMAS, Source

#: Part of a staged source's fingerprint: raise it when staging itself changes what it writes.
STAGING_VERSION = 6
_STAGING = {"kgbuild.staging", "kgbuild.engines", "kgbuild.inputs", "kgbuild.model", "kgbuild.errors"}


@dataclass(frozen=True)
class Manifest:
    """What was staged of a source, kept beside its tables as `manifest.json`.

    `declared` is what its loader, or who loaded it, said of it; `files` maps each file to its sha256; `rows` each file
    to its number of input rows; `outcomes` has their sum as `staged`, `merged` and `rejected`; `records` counts the
    rows of each table; `folder` is where they are.
    """

    source: str
    version: str | None
    files: dict[str, str]
    fingerprint: str
    rows: dict[str, int]
    outcomes: dict[str, int]
    records: dict[str, int]
    seconds: float
    declared: Source
    folder: Path

    @classmethod
    def read(cls, folder: Path) -> "Manifest | None":
        """The manifest in a folder of staged tables, None where there is none.

        Raises:
            LoadError: it is an older kg's.
        """
        path = folder / "manifest.json"
        if not path.exists():
            return None
        stored = json.loads(path.read_text())
        if "declared" not in stored:
            raise LoadError(f"{path}: written by an older kg; run `kg migrate`")
        return cls(**stored | {"declared": Source.read(stored["declared"]), "folder": folder})

    def table(self, name: str) -> str:
        """What DuckDB reads a staged table from; Spark writes it in parts."""
        path = self.folder / f"{name}.parquet"
        return f"{path}/*.parquet" if path.is_dir() else str(path)

    def json(self) -> str:
        """What is kept: all but the folder, since that may move."""
        return json.dumps({key: value for key, value in asdict(self).items() if key != "folder"}, indent=1)


def stage(
    loader: ModuleType,
    root: Path,
    files: dict[str, list[Path]],
    target: Path,
    parameters: dict[str, str] | None = None,
    source: Source | None = None,
    engine: Callable[[Path], Engine] = DuckDB,
) -> Manifest:
    """Stage one source into the folder `target`, atomically.

    Args:
        loader: The module that reads it.
        root: The folder that records name its files below.
        files: Key of the source's `files` → paths.
        target: The folder of its staged tables.
        parameters: Options of the source that differ from their defaults.
        source: What it is, where not what its loader declares (files that somebody named).
        engine: What computes, given a folder for its scratch.

    Raises:
        LoadError: the outcomes do not add up to the input rows.
    """
    source = source or loader.SOURCE
    started = time.monotonic()
    parameters = source.parameters | (parameters or {})
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{source.name}-") as folder:
        scratch, out = Path(folder, "scratch"), Path(folder, "out")
        scratch.mkdir()
        out.mkdir()
        inputs = Inputs(source, root, files, scratch, engine(scratch), parameters)
        tables = _conform(loader.load(inputs), inputs, source)
        outcomes, records = _write(tables, inputs, out)
        manifest = Manifest(
            source.name, getattr(loader, "version", lambda _: source.version)(inputs), _digests(root, files),
            fingerprint(loader, root, files, parameters, source), inputs.rows, outcomes, records,
            round(time.monotonic() - started, 2), source, target,
        )  # fmt: skip
        _check(manifest)
        (out / "manifest.json").write_text(manifest.json())
        inputs.engine.close()
        if target.exists():
            target.rename(Path(folder, "old"))
        out.rename(target)
    return manifest


def fingerprint(
    loader: ModuleType,
    root: Path,
    files: dict[str, list[Path]],
    parameters: dict[str, str] | None = None,
    source: Source | None = None,
) -> str:
    """The hash of all that the staged tables depend on: files, options, declaration, and the code that reads them."""
    source = source or loader.SOURCE
    code = {module.__name__: Path(str(module.__file__)).read_text() for module in _modules(loader)}
    options = source.parameters | (parameters or {})
    parts = [STAGING_VERSION, dict(sorted(code.items())), _digests(root, files), options, asdict(source)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _digests(root: Path, files: dict[str, list[Path]]) -> dict[str, str]:
    found = [path for paths in files.values() for path in paths]
    return {path.relative_to(root).as_posix(): _sha256(path, path.stat().st_mtime_ns) for path in found}


def _modules(loader: ModuleType) -> list[ModuleType]:
    """The loader with those of our modules that it reads its source with; STAGING_VERSION stands for staging's own."""
    found, waiting = {}, [loader.__name__]
    while waiting:
        name = waiting.pop()
        if name in found or not name.startswith(("loaders.", "kgbuild.")) or name in _STAGING:
            continue
        module = found[name] = sys.modules[name]
        waiting += [
            value.__name__ if isinstance(value, ModuleType) else str(getattr(value, "__module__", ""))
            for value in vars(module).values()
        ]
    return list(found.values())


@lru_cache(maxsize=4096)
def _sha256(path: Path, modified: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _union(tables: Sequence[ir.Table], name: str, inputs: Inputs) -> ir.Table:
    schema = SCHEMAS[name]
    if not tables:
        return inputs.empty(schema)

    def cast(table: ir.Table) -> ir.Table:
        return table.select(
            **{
                f.name: (table[f.name] if f.name in table.columns else ibis.null()).cast(str(ibis.dtype(f.type)))
                for f in schema
            }
        )

    return reduce(lambda a, b: a.union(b), map(cast, tables))


def _conform(staged: Staged, inputs: Inputs, source: Source) -> dict[str, ir.Table]:
    """The four tables in their schemas, computed, with labels as names and with ids on the edges."""
    nodes = _union(staged.nodes, "nodes", inputs).mutate(obsolete=ibis._.obsolete.fill_null(False))
    nodes = inputs.engine.numbered(nodes, _RECORD)
    names = _union(staged.names, "names", inputs)
    names = names.mutate(scope=names.scope.fill_null("EXACT"), language=names.language.fill_null("en"))
    labels = nodes.filter(nodes.name.notnull(), nodes.type.fill_null("") != "Variant")
    stated = names.filter(names.scope == "LABEL").select("id", name="text").distinct()
    labels = labels.anti_join(stated, ["id", "name"])  # labels whose language the loader says itself
    names = names.union(
        labels.select(
            "id", text=labels.name, scope=ibis.literal("LABEL"), language=ibis.literal("en"), file="file", row="row"
        )
    )
    names = names.filter(names.text.strip() != "").mutate(source=ibis.literal(source.name))
    edges = _union(staged.edges, "edges", inputs)
    edges = edges.mutate(id=edge_id(source.name, edges), source=ibis.literal(source.name)).drop("distinct")
    rejects = _union([*staged.rejects, *inputs.rejects], "rejects", inputs)
    others = {"names": names, "edges": edges, "rejects": rejects}
    return {"nodes": nodes} | {name: inputs.engine.numbered(table, _RECORD) for name, table in others.items()}


def edge_id(source: str, edges: ir.Table) -> ir.StringValue:
    """The hash that identifies one piece of evidence: of source, triple, and what makes the record distinct."""
    parts = [ibis.literal(source), *(edges[c].fill_null("") for c in ("subject", "predicate", "object", "distinct"))]
    return ibis.literal("\x1f").join(parts).hexdigest("md5")


def association_weight(edges: ir.Table) -> ir.Table:
    """The edges with their `weight`, in [0.05, 2].

    A source's own weight where it gives one; else, for an effect, |e| / median |e| within study and kind (within the
    source and kind below 5 rows), clipped, with e = ln OR, β or r; else 1.

    Source: GENEREL, section 3 ("we normalize study-specific statistics before clipping to (0,2]"); the median and the
    lower bound are ours.
    """
    ratio = (edges.effect_kind == "odds_ratio") & (edges.effect > 0)
    logarithm = ratio.ifelse(edges.effect, None).ln()
    size = (edges.effect_kind == "odds_ratio").ifelse(logarithm, edges.effect).abs()
    edges = edges.mutate(_size=(edges.effect_kind.notnull() & (size <= sys.float_info.max)).ifelse(size, None))
    sized = edges.filter(edges._size.notnull())
    studies = sized.group_by("study", "effect_kind").aggregate(_n=sized.count(), _study=sized._size.median())
    sources = sized.group_by("effect_kind").aggregate(_source=sized._size.median())
    edges = edges.left_join(studies.filter(studies._n >= 5), ["study", "effect_kind"])
    edges = edges.drop("study_right", "effect_kind_right").left_join(sources, "effect_kind")
    median = ibis.coalesce(edges._study, edges._source).nullif(0)
    relative = (edges._size / median).round(12)  # engines' logarithms differ in the last bit
    weight = _clipped(ibis.coalesce(edges.weight, relative))
    return edges.mutate(weight=weight).drop("_size", "_n", "_study", "_source", "effect_kind_right")


def _clipped(weight: ir.FloatingValue) -> ir.FloatingValue:
    return weight.fill_null(1.0).clip(0.05, 2.0)


_KEYS = {
    "nodes": ("id",),
    "names": ("id", "text", "scope", "language"),
    "edges": ("id",),
    "rejects": ("file", "row"),
}


#: Tells a record from those that are equal to it, while a source is staged.
_RECORD = "_record"


def _surplus(table: ir.Table, repeated: ir.Table, keys: Sequence[str]) -> ir.Table:
    """All but one of the records that share keys: it is the first input row's, of nodes with a name and a position."""
    among = table.semi_join(repeated, keys)
    known = [among[column].isnull() for column in ("name", "grch38") if column in table.columns]
    order = [*known, among.file, among.row, among[_RECORD]]
    place = ibis.row_number().over(ibis.window(group_by=list(keys), order_by=order))
    return among.select("file", "row", _RECORD, _place=place).filter(ibis._._place > 0).drop("_place")


def _write(tables: dict[str, ir.Table], inputs: Inputs, out: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Write one of equal records; count records by table and input rows by outcome."""
    engine = inputs.engine
    kept, surplus, records = {}, [], {}
    for name, table in tables.items():
        keys = _KEYS[name]
        repeated = engine.keep(table.group_by(keys).aggregate(_n=table.count()).filter(ibis._._n > 1))
        final = table
        if name == "edges":
            has_effects = engine.count(table.filter(table.effect_kind.notnull()).limit(1)) > 0
            final = association_weight(table) if has_effects else table.mutate(weight=_clipped(table.weight))
        if engine.count(repeated):  # most tables have none, and to order them all is slow
            surplus.append(engine.keep(_surplus(table, repeated, keys)))
            final = final.anti_join(surplus[-1], _RECORD)
        kept[name] = engine.write(final.drop(_RECORD), out / f"{name}.parquet")
        records[name] = engine.count(kept[name])

    rejected = kept.pop("rejects").select("file", "row")
    staged = engine.keep(_origins(kept.values()).difference(rejected))
    merged = engine.count(_origins(surplus).difference(staged).difference(rejected)) if surplus else 0
    return {"staged": engine.count(staged), "merged": merged, "rejected": records["rejects"]}, records


def _origins(tables: Iterable[ir.Table]) -> ir.Table:
    """The input rows that records come from."""
    return reduce(lambda a, b: a.union(b), [table.select("file", "row") for table in tables]).distinct()


def _check(manifest: Manifest) -> None:
    total, accounted = sum(manifest.rows.values()), sum(manifest.outcomes.values())
    if total != accounted:
        shown = ", ".join(f"{count:,} {outcome}" for outcome, count in manifest.outcomes.items())
        raise LoadError(
            f"{manifest.source}: {total:,} input rows but {accounted:,} outcomes ({shown}); "
            "a row was lost or counted twice, nothing was written: please report this"
        )
