"""Entity linking: mentions in texts, and the dictionaries that they are linked to.

A folder has a corpus in any of its publishers' layouts, at any depth; what it is linked to lies there too, or in the
folder `sources` beside it, or is the graph's own. Of each corpus the development and test parts are measured; training
parts tell only which mentions are seen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from embed.evaluate.sets import Benchmark, Evaluated
from embed.evaluate.sets import mentions as read
from embed.evaluate.sets.dictionaries import KINDS, Dictionary, from_graph
from embed.evaluate.sets.mentions import Mention, Reader
from embed.pairs.cache import PairCache
from kgbuild.graph import name_key

_TRAINING = r"train|trng"
_PARTS = {"dev": r"dev|validation", "test": r"test"}
_LISTS = "*_pmids_*.txt"  # MedMentions: the documents of each part, for its selection st21pv too
_FOLD = r"\.fold-(\d+)\."


@dataclass(frozen=True)
class Task:
    """Mentions to be linked to a dictionary.

    Args:
        name: `NCBI-Disease dev`.
        mentions: What is linked.
        trained: Which of their texts are training mentions too, by name key.
        dictionary: What to.
        note: What is not as its publishers measure it.
    """

    name: str
    mentions: tuple[Mention, ...]
    trained: tuple[bool, ...]
    dictionary: Dictionary
    note: str = ""


@dataclass(frozen=True)
class Linking(Benchmark):
    """A corpus of mentions.

    Args:
        name, source, licence: As every benchmark has them.
        readers: Pattern of a path (in lower case, from the folder's own name on) → how it is read.
        dictionary: Its kind, of `dictionaries.KINDS`.
        own: Link to the names that the corpus itself gives, where there is no other dictionary.
        split_by: Each file that this finds in its path is a part of its own, by what it finds.
    """

    name: str
    source: str
    readers: tuple[tuple[str, Reader], ...]
    dictionary: str
    licence: str = ""
    own: bool = False
    split_by: str = ""
    table: str = field(default="linking", init=False)

    def files(self, data: Path) -> list[Path]:
        """Its mentions' files under a folder, then its dictionary's; none where it is absent."""
        found = [path for path in _walk(data) if self._reader(data, path)]
        if not found:
            return []
        pattern = KINDS[self.dictionary].pattern
        dictionaries = [
            path
            for folder in (data, data.parent / "sources", data / "sources")
            for path in _walk(folder)
            if re.fullmatch(pattern, path.name.lower())
        ]
        return [*found, *(path for path in dictionaries[:1] if path not in found)]

    def tasks(self, files: list[Path], cache: PairCache | None = None) -> list[Task]:
        """What to link to what; nothing where there is no dictionary.

        Args:
            files: Of `files`.
            cache: The graph's names, for a dictionary that lies in no file.

        Raises:
            InputError: A file that cannot be read, with its line.
        """
        parts = self._parts(files)
        training = {fold: {name_key(each.text) for each in part} for fold, part in parts.pop("train", {}).items()}
        mentions = [each for part in parts.values() for of_fold in part.values() for each in of_fold]
        dictionary, note = self._dictionary(files, mentions, cache), ""
        if dictionary is None:
            return []
        if dictionary.source == self.name:
            note = f"linked to its own {len(dictionary.concepts):,} concepts: no {self.dictionary} dictionary is there"
        tasks = []
        for name, part in parts.items():
            measured = [(each, name_key(each.text) in training.get(fold, ())) for fold in part for each in part[fold]]
            if measured:
                ones, trained = zip(*measured, strict=True)
                tasks.append(Task(f"{self.name} {name}".strip(), ones, trained, dictionary, note))
        return tasks

    def pairs(self, files: list[Path]) -> Iterator[Evaluated]:
        """Each measured mention with each concept that it names, and that one's names.

        Raises:
            InputError: A file that cannot be read, with its line.
        """
        parts = self._parts(files)
        parts.pop("train", None)
        mentions = [each for part in parts.values() for of_fold in part.values() for each in of_fold]
        dictionary = self._dictionary(files, mentions, None) or Dictionary.of([])
        seen = dict.fromkeys((text, curie) for each in mentions for text in (each.text, *each.parts)
                             for curie in sorted(each.right))  # fmt: skip
        names = {curie: dictionary.names_of(curie) for _, curie in seen}
        for text, curie in seen:
            yield Evaluated(other=curie, one_texts=(text,), other_texts=names[curie])

    def _reader(self, data: Path, path: Path) -> Reader | None:
        place = f"{data.name}/{path.relative_to(data).as_posix()}".lower()
        return next((reader for pattern, reader in self.readers if re.search(pattern, place)), None)

    def _parts(self, files: list[Path]) -> dict[str, dict[str, list[Mention]]]:
        """Part → fold → mentions; `train` is one of the parts."""
        parts: dict[str, dict[str, list[Mention]]] = {}
        for path in files:
            place = path.as_posix().lower()
            reader = next((reader for pattern, reader in self.readers if re.search(pattern, place)), None)
            if reader is None:
                continue
            fold = re.search(_FOLD, path.name)
            for name, found in self._split(path, list(reader(path))).items():
                parts.setdefault(name, {}).setdefault(fold[1] if fold else "", []).extend(found)
        return parts

    def _split(self, path: Path, found: list[Mention]) -> dict[str, list[Mention]]:
        """One file's mentions by part: by its name, or by the lists of documents that lie beside it."""
        part = re.search(self.split_by, path.as_posix().lower()) if self.split_by else None
        prefix = part[1].strip("_") if part else ""
        lists = [*path.parent.glob(_LISTS), *(path.parent.parent.parent / "full" / "data").glob(_LISTS)]
        if not lists:
            return {_named(prefix, _part(path.name.lower())): found}
        of = {_part(each.stem.rpartition("_")[2]): set(each.read_text().split()) for each in lists}
        return {_named(prefix, name): [each for each in found if each.document in of[name]] for name in of if name}

    def _dictionary(self, files: list[Path], mentions: list[Mention], cache: PairCache | None) -> Dictionary | None:
        kind = KINDS[self.dictionary]
        for path in files:
            if re.fullmatch(kind.pattern, path.name.lower()):
                return Dictionary.of(kind.read(path), path.name)
        if cache is not None and len((found := from_graph(cache, kind.prefix)).names):
            return found
        named = [(frozenset({curie}), name) for each in mentions for curie, name in each.names]
        return Dictionary.of(named, self.name) if self.own and named else None


def _named(prefix: str, part: str) -> str:
    return part if part == "train" else f"{prefix} {part}".strip()


def _part(name: str) -> str:
    if re.search(_TRAINING, name):
        return "train"
    return next((part for part, pattern in _PARTS.items() if re.search(pattern, name)), "")


def _walk(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


_TABLE = r"\.tsv$"
_MESH = partial(read.table, mention="mention", prefix="mesh")
_COMETA = partial(read.table, mention="Term", prefix="snomedct")
_BC5CDR = partial(_MESH, id="mesh_id", single="individual_mentions")

BENCHMARKS = (
    Linking(
        "NCBI-Disease",
        "Doğan, Leaman and Lu 2014; https://www.ncbi.nlm.nih.gov/CBBresearch/Dogan/DISEASE",
        (
            (r"ncbi(train|develop|test)set_corpus\.txt(\.gz)?$", partial(read.pubtator, prefix="mesh")),
            (r"ncbi[^/]*disease/(train|dev|test)\.tsv$", partial(_MESH, id="concept_id")),
        ),
        "medic",
    ),
    Linking(
        "BC5CDR disease",
        "Li et al. 2016; https://biocreative.bioinformatics.udel.edu/tasks/biocreative-v/track-3-cdr",
        (
            (r"cdr_(training|development|test)set\.pubtator\.txt(\.gz)?$", read.MESH_DISEASES),
            (r"bc5cdr/disease_(train|dev|test)\.tsv$", _BC5CDR),
        ),
        "medic",
    ),
    Linking(
        "BC5CDR chemical",
        "Li et al. 2016; https://biocreative.bioinformatics.udel.edu/tasks/biocreative-v/track-3-cdr",
        (
            (r"cdr_(training|development|test)set\.pubtator\.txt(\.gz)?$", read.MESH_CHEMICALS),
            (r"bc5cdr/chemical_(train|dev|test)\.tsv$", _BC5CDR),
        ),
        "ctd_chemicals",
    ),
    Linking(
        "MedMentions",
        "Mohan and Li 2019; https://github.com/chanzuckerberg/MedMentions",
        ((r"corpus_pubtator\.txt(\.gz)?$", partial(read.pubtator, prefix="umls")),),
        "umls",
        split_by=r"(st21pv)/",
    ),
    Linking(
        "AskAPatient",
        "Limsopatham and Collier 2016; https://zenodo.org/record/55013",
        ((r"askapatient\.fold-\d+\.(train|test)\.txt$", read.askapatient),),
        "snomed",
        own=True,
    ),
    Linking(
        "COMETA",
        "Basaldella et al. 2020; https://github.com/cambridgeltl/cometa",
        (
            (r"(stratified|zeroshot)_general/(train|dev|test)\.(csv|tsv)$", partial(_COMETA, id="General SNOMED ID")),
            (r"(stratified|zeroshot)_specific/(train|dev|test)\.(csv|tsv)$", partial(_COMETA, id="Specific SNOMED ID")),
        ),
        "snomed",
        licence="on request from its authors",
        split_by=r"((?:stratified|zeroshot)_(?:general|specific))/",
    ),
    Linking(
        "TwiMed",
        "Alvaro, Miyao and Collier 2017; https://github.com/nestoralvaro/TwiMed",
        (
            (r"twimed.*\.ann$", read.brat),
            (
                r"twimed[^/]*/mentions\.tsv$",
                partial(read.table, mention="mention", id="concept_id", prefix="umls", name="concept_name"),
            ),
        ),
        "umls",
        own=True,
    ),
    Linking(
        "PsyTAR",
        "Zolnoori et al. 2019; https://www.askapatient.com/research/pharmacovigilance",
        ((r"psytar[^/]*\.xlsx$", read.psytar),),
        "umls",
        own=True,
    ),
    Linking(
        "HPO-PhenotypeCR",
        "https://github.com/azankl/phenotypeCR_eval",
        (
            (r"annotations_bioc/[^/]*/(?!initial_cas)[^/]*\.xml$", read.bioc),
            (r"hpo-phenotypecr/mentions\.tsv$", partial(read.table, mention="mention", id="hpo", prefix="HP")),
        ),
        "hp",
    ),
    Linking(
        "GSC+",
        "Groza et al. 2015; Lobo et al. 2017, https://github.com/lasigeBioTM/IHP",
        ((r"(gsc[^/]*|hpo_corpus|corpora|annotations)/(annotations|hpo_corpus_annot)/[^/.]+$", read.gsc),),
        "hp",
    ),
    Linking(
        "MANTRA",
        "Kors et al. 2015; https://github.com/mi-erasmusmc/Mantra-Gold-Standard-Corpus",
        (
            (r"mantra.*\.ann$", read.brat),
            (r"mantra.*\.xml$", read.mantra_xml),
            (
                r"mantra/mentions_\w+\.tsv$",
                partial(read.table, mention="mention", id="cui", prefix="umls", name="pref_name"),
            ),
        ),
        "umls",
        own=True,
        split_by=r"mantra.*(english|french|german|dutch|spanish|_(?:en|fr|de|nl|es)(?=[_.]))",
    ),
    Linking(
        "XL-BEL",
        "Liu et al. 2021 (ACL); https://github.com/cambridgeltl/sapbert",
        ((r"(?<!all)_1k_test_query\.txt$", read.xlbel),),
        "umls",
        split_by=r"/(\w\w)_1k_test",
    ),
)
