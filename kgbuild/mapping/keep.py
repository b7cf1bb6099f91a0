"""What a mapping reads and learns, kept beside the graph: a second mapping onto the same terms starts at once.

A file is good for one graph, one model's vectors and one kg; whatever else asks for it makes it again and replaces it.
"""

import hashlib
import pickle
from collections.abc import Callable
from importlib.resources import files
from typing import TypeVar

import sklearn

from kgbuild.errors import InputError
from kgbuild.files import replacing
from kgbuild.home import folder
from kgbuild.store import Store

_T = TypeVar("_T")


class Keep:
    """The things kept for one graph with its vectors.

    Args:
        store: The graph.

    Raises:
        InputError: It has no embeddings.
    """

    def __init__(self, store: Store) -> None:
        (row,) = store.query("enrich/recorded")
        if row["encoded"] is None:
            raise InputError("graph: no embeddings; write them with `kg enrich`")
        #: The folder or name of the model whose vectors the graph has, and the hash of its weights.
        self.model, self.model_digest = (
            str(row["encoded"].get("path") or row["encoded"]["model"]),
            row["encoded"]["digest"],
        )
        self.graph = row["graph"]
        state = [self.graph, self.model_digest, row["encoded"].get("at"), sklearn.__version__, _code()]
        self._state = hashlib.sha256(repr(state).encode()).hexdigest()

    def get(self, name: str, make: Callable[[], _T]) -> _T:
        """What was kept under a name, made first where it was not, or not for this graph.

        A graph that kg did not load has no identity: nothing is kept for it.
        """
        if self.graph is None:
            return make()
        path = folder("mappings") / f"{name}.pickle"
        try:
            with path.open("rb") as file:
                if pickle.load(file) == self._state:
                    kept: _T = pickle.load(file)
                    return kept
        except (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError):
            pass  # not there, cut off, or of another kg
        made = make()
        with replacing(path) as (temporary,), temporary.open("wb") as file:
            pickle.dump(self._state, file)
            pickle.dump(made, file, protocol=pickle.HIGHEST_PROTOCOL)
        return made


def _code() -> str:
    """A hash of the code that made what is kept: another kg computes other things."""
    package = files("kgbuild.mapping")
    sources = sorted((each.name, each.read_bytes()) for each in package.iterdir() if each.name.endswith(".py"))
    return hashlib.sha256(repr(sources).encode()).hexdigest()
