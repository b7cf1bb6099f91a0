"""Links between vocabularies, and between diseases and variants, out of the embeddings in the graph.

similar    the nearest concepts or variants of one node, by the vector indexes
link       the terms that a text names, by the nearest of all names
harmonize  one vocabulary mapped onto another: names, embeddings, ICD codes and use of the terms, weighed by a ranker
           that has learned from curated mappings of ICD onto the target, never from mappings of the source
explain    what speaks for and against one pair
"""

from kgbuild.mapping.explain import Explanation, explain, explain_link
from kgbuild.mapping.harmonization import harmonize
from kgbuild.mapping.lists import OwnList, is_list, read_list
from kgbuild.mapping.nearest import enriched_with, link, similar
from kgbuild.mapping.sssom import read_sssom
from kgbuild.mapping.terms import scope
from kgbuild.mapping.update import Updated, update_from

__all__ = [
    "Explanation", "OwnList", "Updated", "enriched_with", "explain", "explain_link", "harmonize", "is_list", "link",
    "read_list", "read_sssom", "scope", "similar", "update_from",
]  # fmt: skip
