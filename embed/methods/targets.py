"""What a student learns to say of texts: vectors of concepts, by a teacher.

Self-distillation: every name and the definitions of a concept ──> mean of the teacher's vectors of its name and its
definition, in few principal components. Across languages: a concept's label and its names in other languages ──> the
teacher's vector of the label.

Legend: R rows to learn, T targets, D the teacher's width, K components.

Source: BioLORD-2023, "Self-distillation phase" and "Cross-lingual distillation".
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from embed.compute import processes
from embed.config import BioLordConfig
from embed.model.checkpoint import load_encoder
from embed.pairs.cache import PairCache
from embed.pairs.leaks import Hashes, hashes_of, together, without
from kgbuild.errors import TrainError


@dataclass(frozen=True)
class Targets:
    """Texts with the vectors that they should have.

    Args:
        concept_R: Whose text it is, → concepts.
        text_R: → strings.
        target_R: → rows of `vector`.
        task_R: What it is, → `tasks`.
        vector_TK: The targets.
        tasks: Of the rows.
    """

    concept_R: NDArray[np.int64]
    text_R: NDArray[np.int64]
    target_R: NDArray[np.int64]
    task_R: NDArray[np.int64]
    vector_TK: NDArray[np.float32]
    tasks: tuple[str, str]


def of_concepts(config: BioLordConfig, cache: PairCache, kept: Path) -> Targets:
    """The targets of self-distillation: one a concept, for all its English names and its definitions.

    A concept's definition is the graph's, else its first templated description; without either the target is the
    vector of its name alone.

    Args:
        config: `teacher`, `components`.
        cache: The pairs, described.
        kept: Folder in which the vectors are kept.
    """
    label = cache.concepts["label"].to_numpy().astype(np.int64)
    concept, text = (cache.definitions[name].to_numpy().astype(np.int64) for name in ("concept", "text"))
    defined, first = np.unique(concept, return_index=True)  # the graph's come before the templated
    definition = np.full(len(label), -1)
    definition[defined] = text[first]
    named, name = names(cache)
    given = ~cache.definitions["templated"].to_numpy(zero_copy_only=False)
    told = given | (definition[concept] == text)
    concept_R = np.append(named, concept[told])
    return Targets(
        concept_R,
        np.append(name, text[told]),
        concept_R,
        np.repeat([0, 1], [len(named), int(told.sum())]),
        _kept(config, cache, kept, label, definition),
        ("name", "definition"),
    )


def of_translations(config: BioLordConfig, cache: PairCache, kept: Path) -> Targets:
    """The targets of cross-lingual distillation: the label's vector, for the label and for each of its translations.

    The label counts once a translation, as in Reimers & Gurevych (2020), equation 1.

    Raises:
        TrainError: There are no names in other languages.
    """
    concept, text = names(cache, english=False)
    if not len(concept):
        raise TrainError("names: none in another language than English; load a source that has them: kg load hp")
    label = cache.concepts["label"].to_numpy().astype(np.int64)
    asked, target = np.unique(concept, return_inverse=True)
    return Targets(
        np.append(concept, concept),
        np.append(label[concept], text),
        np.append(target, target),
        np.repeat([0, 1], len(concept)),
        _kept(config, cache, kept, label[asked], np.full(len(asked), -1)),
        ("source", "translation"),
    )


def names(cache: PairCache, english: bool = True) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Concepts with their distinct names, labels included; or with those in all other languages. Sorted by concept.

    A name whose pair with the label is kept out (`embed.pairs.leaks`) is none.
    """
    is_english = pc.equal(cache.names["language"], "en")
    chosen = cache.names.filter(is_english if english else pc.invert(is_english))
    pairs = np.stack([chosen[name].to_numpy().astype(np.int64) for name in ("concept", "text")])
    label = cache.concepts["label"].to_numpy().astype(np.int64)
    if len(cache.kept_out):
        pairs = pairs[:, without(with_label(cache, *pairs), cache.kept_out)]
    if english:
        pairs = np.concatenate([np.stack([np.arange(len(label)), label]), pairs], axis=1)
    concept, text = np.unique(pairs, axis=1)
    return concept, text


def with_label(cache: PairCache, concept: NDArray[np.int64], text: NDArray[np.int64]) -> Hashes:
    """The hash of each name's pair with its concept's label."""
    label = cache.concepts["label"].to_numpy().astype(np.int64)[concept]
    used, place = np.unique(np.stack([label, text]), return_inverse=True)
    one, other = hashes_of(cache.strings.take(pa.array(used)).to_pylist())[place.reshape(2, -1)]
    return together(one, other)


def principal(x_TD: NDArray[np.float32], components: int) -> NDArray[np.float32]:
    """The first principal components of vectors, T×K: centred, not scaled; each axis points where it is steepest.

    By the eigenvectors of the D×D covariance: T is in the hundred thousands, D in the hundreds.
    """
    centred_TD = x_TD - x_TD.mean(0, dtype=np.float64).astype(np.float32)
    axes_DK = np.linalg.eigh(centred_TD.astype(np.float64).T @ centred_TD)[1][:, ::-1][:, :components]
    steepest_K = np.abs(axes_DK).argmax(0)
    axes_DK *= np.sign(axes_DK[steepest_K, np.arange(axes_DK.shape[1])])  # eigenvectors come with either sign
    projected_TK: NDArray[np.float32] = centred_TD @ axes_DK.astype(np.float32)
    return projected_TK


def _kept(
    config: BioLordConfig, cache: PairCache, kept: Path, name_T: NDArray[np.int64], definition_T: NDArray[np.int64]
) -> NDArray[np.float32]:
    """`_vectors`, from the folder where the same were computed before: once for all runs that are averaged."""
    teacher = load_encoder(config.teacher)
    texts = cache.strings.to_numpy(zero_copy_only=False)
    name, definition = texts[name_T], np.where(definition_T < 0, "", texts[definition_T])
    digest = hashlib.sha256("\0".join([teacher.digest, config.phase, *name, *definition]).encode())
    digest.update(f"{config.components} {config.precision}".encode())
    path = kept / f"targets-{digest.hexdigest()[:16]}.npy"
    if processes.rank() == 0 and not path.exists():
        x_TD = teacher.encode(list(name), precision=config.precision)
        has_T = definition_T >= 0
        x_TD[has_T] = (x_TD[has_T] + teacher.encode(list(definition[has_T]), precision=config.precision)) / 2
        kept.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part.npy")
        np.save(beside, principal(x_TD, config.components) if config.phase == "distil" else x_TD)
        beside.replace(path)
    processes.wait()
    vector_TK: NDArray[np.float32] = np.load(path)
    return vector_TK
