"""A curator's verdict on a mapping: candidates in, signed SSSOM out, which the graph takes in as evidence.

    MAPPING.sssom.tsv ── read ──> subjects, the most useful first ──> terminal or page ──> MAPPING.reviewed.sssom.tsv
                                                                                                    │ kg load mappings
    next harmonize <── signed ── (a)-[:EXACT_MATCH {author_id, mapping_justification, comment}]->(b) <──┘
    next training  <── cypher/pairs: a positive (matches) or a hard negative (denied)

candidates  what is to be reviewed, and in which order
decisions   what was decided, in a file that is whole after each decision
graph       what the graph knows of the concepts, where there is one
terminal    one subject a screen
page        the same as one HTML file that needs no network
signed      the links that curators signed, read from the graph and applied to a mapping
"""

from kgbuild.mapping.review.author import orcid
from kgbuild.mapping.review.candidates import Proposal, read
from kgbuild.mapping.review.decisions import Decision, Decisions, beside
from kgbuild.mapping.review.signed import Signed, apply, signed_links

__all__ = ["Decision", "Decisions", "Proposal", "Signed", "apply", "beside", "orcid", "read", "signed_links"]
