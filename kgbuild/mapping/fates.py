"""What has become of the terms of an earlier mapping: live, replaced by another, or gone."""

from collections.abc import Iterable
from typing import NamedTuple

from kgbuild.mapping.lists import OwnList
from kgbuild.mapping.sssom import NO_TERM
from kgbuild.mapping.terms import Scope
from kgbuild.store import Store


class Fate(NamedTuple):
    """A term today.

    Args:
        id: Its id; None where it is gone.
        label: Its label today.
        why: What happened to it, as the end of a sentence; empty where nothing did.
        member: Whether it belongs to the vocabulary or release that is mapped.
    """

    id: str | None
    label: str | None = None
    why: str = ""
    member: bool = True


def fates(store: Store, ids: Iterable[str], of: Scope) -> dict[str, Fate]:
    """What has become of concepts in the graph."""
    wanted = sorted(set(ids) - {NO_TERM})
    out = dict.fromkeys(wanted, Fate(None, why="is not in the graph"))
    for row in store.query("similar/fates", ids=wanted, **of.parameters):
        given, heirs = row["id"], row["heirs"]
        left = "" if row["member"] else f"is not in {of.name}"
        if row["live"]:
            out[given] = Fate(given, row["name"], left, row["member"])
        elif len(heirs) == 1:
            (heir,) = heirs
            why = f"is replaced by {heir['id']}" + ("" if heir["member"] else f", which is not in {of.name}")
            out[given] = Fate(heir["id"], heir["name"], why, heir["member"])
        elif heirs:
            why = f"is replaced by one of several: {', '.join(heir['id'] for heir in heirs)}"
            out[given] = Fate(None, row["name"], why)
        elif row["name"] is not None:
            out[given] = Fate(None, row["name"], "is obsolete, nothing replaces it")
    return out | {NO_TERM: Fate(NO_TERM)}


def fates_in(own: OwnList, ids: Iterable[str]) -> dict[str, Fate]:
    """What has become of the concepts of a list of one's own."""
    labels = dict(zip(own.terms.ids, own.terms.labels, strict=True))
    gone = Fate(None, why=f"is not in {own.scope.name} any more")
    return {each: Fate(each, labels[each]) if each in labels else gone for each in ids}
