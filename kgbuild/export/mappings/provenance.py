"""Where a mapping comes from: what every file of it carries, each format in its own place.

Tool and version, the encoder and its hash, the digest of the graph, versions and licences of both vocabularies, the
date.
"""

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kgbuild import __version__
from kgbuild.curie import PREFIXES

if TYPE_CHECKING:
    from kgbuild.store import Store

_SETS = "https://w3id.org/sssom/mappings/"  # where SSSOM's own examples keep sets that have no address yet
_UNREGISTERED = {"phecode": "phewascatalog:phecodes", "phecodex": "phewascatalog:phecode_x"}
#: Registries that vocabularies are named by.
REGISTRIES = {"bioregistry": "https://bioregistry.io/", "phewascatalog": "https://phewascatalog.org/"}
_OWN = ("tool", "tool_version", "model", "model_digest", "graph", "licence")
OBO = "http://purl.obolibrary.org/obo/"
CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"


def address(prefix: str) -> str | None:
    """The address of a vocabulary: of an ontology its file's, else what its terms' IRIs begin with; None if unknown.

    >>> address("MONDO"), address("phecode")
    ('http://purl.obolibrary.org/obo/mondo.owl', 'https://phewascatalog.org/phecodes')
    """
    iri = PREFIXES.get(prefix, ("",))[0]
    if prefix == "EFO":
        return "http://www.ebi.ac.uk/efo/efo.owl"
    if iri.startswith(OBO):
        return f"{OBO}{prefix.lower()}.owl"
    return iri.rstrip("/#:_") or None


@dataclass(frozen=True)
class Vocabulary:
    """A side of a mapping, as users name it."""

    name: str | None = None
    version: str | None = None
    licence: str | None = None

    @property
    def curie(self) -> str | None:
        """Its entry in a registry."""
        return self.name and _UNREGISTERED.get(self.name.lower(), f"bioregistry:{self.name.lower()}")

    @property
    def iri(self) -> str:
        """Its address."""
        return address(self.name or "") or f"https://bioregistry.io/{(self.name or '').lower()}"


@dataclass(frozen=True)
class Provenance:
    """Where a mapping comes from; what is not known is None."""

    subject: Vocabulary
    object: Vocabulary
    date: str
    tool: str = "kg"
    tool_version: str = __version__
    model: str | None = None
    model_digest: str | None = None
    graph: str | None = None
    licence: str = CC0

    @classmethod
    def of(cls, frame: pd.DataFrame, store: "Store | None" = None) -> "Provenance":
        """What a table's `attrs` say, and the graph where they do not.

        Args:
            frame: `attrs` source, target, model, model_digest, graph; of a table that was read from a file also date,
                tool, tool_version, licence (of the mapping), source_version, source_licence, target_version and
                target_licence.
            store: The graph that the table was computed from.
        """
        known: dict[str, Any] = _of_graph(store, frame.attrs) if store is not None else {}
        known |= {key: value for key, value in frame.attrs.items() if value is not None}
        subject, object_ = (
            Vocabulary(known.get(side), known.get(f"{side}_version"), known.get(f"{side}_licence"))
            for side in ("source", "target")
        )
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        stated = {key: known[key] for key in _OWN if key in known}
        return cls(subject=subject, object=object_, date=known.get("date", today), **stated)

    @property
    def name(self) -> str:
        """A short name, `phecode_efo`."""
        return f"{self.subject.name or 'all'}_{self.object.name or 'all'}".lower()

    @property
    def identifier(self) -> str:
        """The IRI of the set."""
        return f"{_SETS}kg_{self.name}"

    @property
    def title(self) -> str:
        """A line for people."""
        ends = f"{self.subject.name or 'All vocabularies'} to {self.object.name or 'all vocabularies'}"
        return f"{ends}, by {self.tool} {self.tool_version}"

    @property
    def rights(self) -> str:
        """The licences in words."""
        of = [f"Labels of {side.name} under {side.licence}." for side in (self.subject, self.object) if side.licence]
        own = "CC0-1.0" if self.licence == CC0 else self.licence
        return " ".join([f"The mapping under {own}.", *of])

    def stated(self) -> dict[str, str]:
        """All that is known, by the names that `Provenance.of` reads."""
        flat: dict[str, str | None] = {
            "tool": self.tool, "tool_version": self.tool_version, "date": self.date, "model": self.model,
            "model_digest": self.model_digest, "graph": self.graph, "licence": self.licence,
        }  # fmt: skip
        for side, of in (("source", self.subject), ("target", self.object)):
            flat |= {side: of.name, f"{side}_version": of.version, f"{side}_licence": of.licence}
        return {key: value for key, value in flat.items() if value is not None}


def _of_graph(store: "Store", attrs: dict[Any, Any]) -> dict[str, str]:
    """What the graph knows of its own digest, its vectors and the two vocabularies."""
    (recorded,) = store.query("enrich/recorded")
    encoded = recorded["encoded"] or {}
    known = {"graph": recorded["graph"]}
    if attrs.get("model") in (None, encoded.get("model"), Path(encoded.get("path", "")).name):  # else by others, since
        known |= {"model": encoded.get("model"), "model_digest": encoded.get("digest")}
    sources = {row["name"].lower(): row for row in store.query("export/sources")}
    for side in ("source", "target"):
        row = sources.get(str(attrs.get(side)).lower(), {})
        known |= {f"{side}_version": row.get("version"), f"{side}_licence": row.get("licence")}
    return {key: value for key, value in known.items() if value is not None}
