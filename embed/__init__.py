"""Pairs, encoders, training, enrichment and evaluation: everything that needs torch."""

import os

# Threads that wait for work sleep instead of spinning: several times as fast where other programs share the processors.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
