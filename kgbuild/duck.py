"""DuckDB as kg uses it: bounded memory, scratch files where they belong, no progress bars of its own."""

from pathlib import Path

import duckdb


def connect(memory: str = "1GB", scratch: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection to a database in memory.

    Args:
        memory: What it may take before it uses the scratch folder.
        scratch: The folder for what does not fit; by default there is none.
    """
    con = duckdb.connect(":memory:")
    con.execute(f"SET memory_limit='{memory}'; SET preserve_insertion_order=false; SET enable_progress_bar=false")
    if scratch is not None:
        con.execute(f"SET temp_directory='{scratch}'")
    return con
