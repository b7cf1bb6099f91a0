"""Benchmarks as their publishers distribute them: found in a user's folder, read, and named where they are absent.

    --data DIR ──> find() ──> Benchmark with its files ──> read() ──> items, and the pairs that no training may see

Each module here has one kind of benchmark and its `BENCHMARKS`. What needs a licence is read where a user has it.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Evaluated:
    """A pair whose two sides a benchmark asks about: training on it would give the answer away.

    Args:
        one, other: CURIEs (`HGNC:1101`, `UMLS:C0006142`), or a CURIE's absence: empty.
        one_texts, other_texts: Names of either side, as the benchmark spells them.
    """

    one: str = ""
    other: str = ""
    one_texts: tuple[str, ...] = ()
    other_texts: tuple[str, ...] = ()


class Benchmark(ABC):
    """One benchmark."""

    #: As tables name it, such as `NCBI-Disease`.
    name: str
    #: The table of `kg evaluate all` that it belongs to: `linking`, `similarity`, `relatedness`, `mapping`.
    table: str
    #: Where it is from, and its licence where that keeps it from being passed on.
    source: str
    licence: str = ""

    @abstractmethod
    def files(self, data: Path) -> list[Path]:
        """Its files under a folder, in any of the layouts that it is distributed in; none where it is absent."""

    @abstractmethod
    def pairs(self, files: list[Path]) -> Iterator[Evaluated]:
        """What no training may see.

        Raises:
            InputError: A file that cannot be read, with its line.
        """
