"""Gold mappings of one vocabulary onto another, in the formats of `embed.evaluate.gold`.

DIR/mapping/phecode--EFO.tsv      anybody's gold: SOURCE--TARGET, as SSSOM, as a table or as an OAEI alignment
DIR/mapping/NCIT--DOID.own.rdf    of a vocabulary that the graph lacks: mapped by the table's own labels
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from embed.evaluate.gold import Gold
from embed.evaluate.sets import Benchmark, Evaluated

_SUFFIXES = (".tsv", ".rdf", ".xml")


@dataclass(frozen=True)
class MappingGold(Benchmark):
    """A gold mapping of one vocabulary onto another.

    Args:
        name: As tables name it.
        maps: Vocabularies: from, to.
        path: Of its file under the data folder.
        own_list: Whether its own labels are mapped, not the graph's concepts.
        source: Where it is from.
    """

    name: str
    maps: tuple[str, str]
    path: str
    own_list: bool = False
    source: str = ""
    table: str = "mapping"

    def files(self, data: Path) -> list[Path]:
        """The file, where it is there."""
        return [data / self.path] if (data / self.path).is_file() else []

    def pairs(self, files: list[Path]) -> Iterator[Evaluated]:
        """Each concept with each of its right terms."""
        gold = Gold.read(files[0], self.maps[0])
        for concept, terms in gold.answers.items():
            texts = (gold.labels[concept],) if concept in gold.labels else ()
            for term in sorted(terms):
                yield Evaluated(concept, term, texts, (gold.term_labels[term],) if term in gold.term_labels else ())


_HPO = "McArthur et al. 2023, links of HPO and PheCode with strong evidence"
BENCHMARKS = (
    MappingGold("PheCode → EFO", ("phecode", "EFO"), "phecode_efo/gold_dev.tsv", source="curated for Open Targets"),
    MappingGold(
        "PheCode → HP", ("phecode", "HP"), "phecode_hpo/hpo-phecode1.2_links_StrongEvidenceSpecific.tsv", source=_HPO
    ),
    MappingGold(
        "PhecodeX → HP", ("phecodex", "HP"), "phecode_hpo/hpo-phecodeX_links_StrongEvidenceSpecific.tsv", source=_HPO
    ),
    MappingGold("NCIT → DOID", ("NCIT", "DOID"), "matching/ncit_doid.tsv", own_list=True, source="MONDO's matches"),
)


def others(data: Path) -> Iterator[MappingGold]:
    """The gold mappings that a user has put into DIR/mapping, by their names."""
    for path in sorted((data / "mapping").glob("*--*")):
        if path.suffix in _SUFFIXES:
            one, other = path.name.partition(".")[0].split("--", 1)
            name = f"{one} → {other}"
            yield MappingGold(name, (one, other), f"mapping/{path.name}", ".own." in path.name, path.name)
