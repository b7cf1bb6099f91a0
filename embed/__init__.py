"""Pairs, encoders, training, enrichment and evaluation: everything that needs torch.

pairs ──> methods, with a model ── training, as recipes say ──> a folder ── enrich ──> vectors in the graph
                                                                      └──> evaluate, beside baselines
"""

import os

# Threads that wait for work sleep instead of spinning: several times as fast where other programs share the processors.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
