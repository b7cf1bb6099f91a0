"""kg: one Neo4j graph of biomedical vocabularies, relations and genetic associations, and embeddings in it.

import kgbuild as kg

kg.load("all", data="sources")                       # these give DataFrames
kg.similar("phecode:250.2", to="EFO")
kg.link("heart attack", to="EFO")
kg.harmonize("phecode", "EFO", top=5)
print(kg.explain("phecode:250.2", "MONDO:0005148"))  # why, and what speaks against it
kg.networkx(around="MONDO:0005148", hops=2)          # a MultiDiGraph; kg.rdflib(...) gives the same as triples
kg.query("MATCH (c:Concept) RETURN c.vocabulary AS vocabulary, count(*) AS concepts")
"""

import importlib
from typing import Any

__version__ = "0.1.0"
__all__ = ["explain", "harmonize", "link", "load", "networkx", "query", "rdflib", "similar"]


def __getattr__(name: str) -> Any:
    """The functions of `kgbuild.api`, imported when the first is asked for: `import kgbuild` stays light."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("kgbuild.api"), name)
