"""Why two concepts of the graph are the same or not, or a variant and a trait tied: names, paths, evidence, objections.

    ends ── names that met (TF-IDF, cosine) ── parts of the score, kind of match ─┐
     │                                                                            ├── Explanation ── text, dict
     └── paths, direct statements, shared evidence, objections ───────────────────┘

Everything is read from the graph in a few small queries about the two ends; no whole vocabulary is.
"""

from kgbuild.mapping.explain.explanation import Explanation
from kgbuild.mapping.explain.pair import explain, explain_link

__all__ = ["Explanation", "explain", "explain_link"]
