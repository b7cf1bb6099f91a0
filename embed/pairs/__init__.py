"""The graph's pairs: read once and kept, split from what is evaluated, and drawn into batches.

cypher/pairs ── cache ──> PairCache ── split, held, leaks ──> what is trained on ── names, mentions, descriptions,
                                                              hard_negatives, tokens ──> batches
"""
