"""A review in the terminal: one subject a screen, one line of what to do at a time.

What is typed may come from a pipe as well: `printf '1\nq\n' | kg review m.sssom.tsv --author …`. Every decision is in
the file before the next line is asked for.
"""

import re
from collections.abc import Callable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kgbuild.errors import InputError
from kgbuild.mapping.review import graph
from kgbuild.mapping.review.author import orcid
from kgbuild.mapping.review.candidates import Candidate, Proposal, Subject, ordered
from kgbuild.mapping.review.decisions import Decision, Decisions, today
from kgbuild.mapping.sssom import NO_TERM
from kgbuild.mapping.table import KINDS, NONE
from kgbuild.store import Store

_KINDS = {kind[0]: kind for kind in KINDS} | {kind: kind for kind in KINDS}
_HELP = (
    "[b]1[/] accept · [b]1 broad[/] accept as another kind (exact, close, broad, narrow) · [b]r 2 3[/] reject · "
    "[b]x[/] none fits · [b]0[/] the target has no counterpart\n"
    "[b]o[/] CURIE or text: another target · [b]n[/] note on the last decision · [b]s[/] skip · [b]u[/] undo · "
    "[b]q[/] quit"
)


class Terminal:
    """A review as it goes on.

    Args:
        mapping: What is reviewed.
        decisions: Where it goes.
        author: CURIE of the ORCID that signs.
        store: The graph, where there is one.
        ask: Prompt → a line; EOFError ends the review.
        out: Where it is shown.
    """

    def __init__(
        self, mapping: Proposal, decisions: Decisions, author: str, store: Store | None, ask: Callable[[str], str],
        out: Console,
    ) -> None:  # fmt: skip
        self._mapping, self._decisions, self._author, self._store = mapping, decisions, author, store
        self._ask, self._out = ask, out
        self._known = graph.about(store, mapping)
        self._waiting = decisions.queue(ordered(mapping.subjects, graph.frequency(self._known)))
        self._undo: list[tuple[dict[tuple[str, str], Decision], dict[str, None], list[Subject]]] = []
        self._last: Decision | None = None
        self._said = ""
        self._quit = False

    def run(self) -> None:
        """Go through what is open until there is nothing left, or the reviewer quits."""
        while self._waiting and not self._quit:
            subject = self._waiting[0]
            self._show(subject)
            try:
                line = self._ask("> ").strip()
            except (EOFError, KeyboardInterrupt):
                break
            self._said = ""
            try:
                self._do(subject, line)
            except InputError as error:
                self._said = f"[yellow]{escape(str(error))}[/]"
        if not self._waiting:
            self._out.print("Every subject is decided.")

    def _do(self, subject: Subject, line: str) -> None:
        """What one line asks for.

        Raises:
            InputError: It cannot be understood, or asks for what is not there.
        """
        key, _, rest = line.partition(" ")
        rest = rest.strip()
        if key == "0":
            self._take(subject, Decision(subject.id, subject.label, NO_TERM, "", NONE, self._author, today()))
        elif re.fullmatch(r"\d+", key):
            candidate = _numbered(subject, key)
            self._take(subject, _decision(subject, candidate, _kind(rest, candidate.kind), self._author))
        elif key == "r" and rest:
            chosen = [_numbered(subject, number) for number in rest.split()]
            self._take(subject, *(_decision(subject, each, NONE, self._author) for each in chosen))
        elif key == "x":
            made = {each.object_id for each in self._decisions.of(subject.id)}
            others = [each for each in subject.candidates if each.id not in made]
            self._take(subject, *(_decision(subject, each, NONE, self._author) for each in others))
        elif key == "o" and rest:
            if other := self._other(rest):
                self._take(subject, _decision(subject, other[0], other[1], self._author))
        elif key == "n" and rest:
            self._note(rest)
        elif key == "s":
            self._remember()
            self._decisions.skip(subject.id)
            self._waiting.append(self._waiting.pop(0))
        elif key == "u":
            self._back()
        elif key == "q":
            self._quit = True
        else:
            raise InputError(f"{line!r}: not understood; type one of the keys below")

    def _remember(self) -> None:
        self._undo.append((dict(self._decisions.made), dict(self._decisions.skipped), list(self._waiting)))

    def _back(self) -> None:
        if not self._undo:
            raise InputError("u: nothing to undo in this session; edit the file to change what is older")
        self._decisions.made, self._decisions.skipped, self._waiting = self._undo.pop()
        self._decisions.save()
        self._last = None
        self._said = "Undone."

    def _take(self, subject: Subject, *decisions: Decision) -> None:
        """Take decisions down; a subject with nothing left to decide makes room for the next."""
        if not decisions:
            raise InputError("x: there is no candidate to reject; o gives another target, s skips")
        self._remember()
        self._decisions.decide(*decisions)
        self._last = decisions[-1]
        if self._decisions.done(subject):
            self._waiting.remove(subject)
        said = ", ".join(each.told for each in decisions)
        self._said = f"[green]{escape(f'{subject.id} {subject.label}: {said}')}[/]"

    def _note(self, text: str) -> None:
        if self._last is None:
            raise InputError("n: nothing is decided yet to note something on; accept or reject first")
        self._remember()
        self._last = self._last._replace(comment=text)
        self._decisions.decide(self._last)
        self._said = f"[green]{escape(f'Noted on {self._last.subject_id} → {self._last.object_id}.')}[/]"

    def _other(self, text: str) -> tuple[Candidate, str] | None:
        """The target that a CURIE or a text means, and its kind of match; None where nothing was chosen."""
        words, kind = text.split(), "exact"
        if len(words) > 1 and words[-1] in KINDS:
            words, kind = words[:-1], words[-1]
        if len(words) == 1 and re.fullmatch(r"[A-Za-z_][\w.-]*:\S+", words[0]):
            label = graph.label(self._store, words[0])
            if label is None and self._ask(f"{words[0]} is not in the graph. Take it all the same? (y/n) ") != "y":
                return None
            return Candidate(words[0], label or "", kind, None, None, ""), kind
        if self._store is None:
            raise InputError(f"o {text}: there is no graph to search; give a CURIE, such as EFO:0000270")
        found = graph.search(self._store, " ".join(words), self._mapping.vocabularies)
        if not found:
            raise InputError(f"o {text}: no name in {', '.join(self._mapping.vocabularies)} has these words; try fewer")
        for number, each in enumerate(found, 1):
            more = "" if each.matched.casefold() == each.name.casefold() else f" (also: {each.matched})"
            self._out.print(f"  {number}  {each.id}  {each.name}{more}", markup=False)
        answer = self._ask("number, nothing to go back: ").split()
        if not answer:
            return None
        if not (answer[0].isdigit() and 1 <= int(answer[0]) <= len(found)):
            raise InputError(f"{answer[0]}: no such number; there are 1 to {len(found)}")
        chosen = found[int(answer[0]) - 1]
        kind = _kind(" ".join(answer[1:]), kind)
        return Candidate(chosen.id, chosen.name, kind, None, None, ""), kind

    def _show(self, subject: Subject) -> None:
        total = len(self._mapping.subjects)
        out = self._out
        if out.is_terminal:
            out.clear()
        if self._said:
            out.print(self._said)
        out.rule(f"{total - len(self._waiting):,} of {total:,} decided", style="dim", align="left")
        out.print(f"\n[b]{escape(subject.label or subject.id)}[/]  {escape(subject.id) if subject.label else ''}")
        known = self._known.get(subject.id, graph.About())
        if known.names:
            out.print(f"[dim]also[/] {escape('; '.join(known.names))}")
        if known.codes:
            more = known.grouped - len(known.codes)
            out.print(f"[dim]groups[/] {escape('; '.join(known.codes))}{f' and {more:,} more' if more else ''}")
        out.print()
        out.print(self._candidates(subject) if subject.candidates else "No candidate; o gives a target.")
        out.print(f"\n{_HELP}")

    def _candidates(self, subject: Subject) -> Table:
        made = {each.object_id: each for each in self._decisions.of(subject.id)}
        drawn = Table(box=None, pad_edge=False, header_style="dim")
        for heading in ("", "confidence", "score", "kind", "id", "name"):
            right = heading in ("", "confidence", "score")
            drawn.add_column(heading, justify="right" if right else "left", overflow="fold", no_wrap=heading == "id")
        for number, each in enumerate(subject.candidates, 1):
            known = self._known.get(each.id, graph.About())
            name = escape(each.label)
            if known.names:
                name += f"\n[dim]also {escape('; '.join(known.names[:4]))}[/]"
            if known.definition:
                name += f"\n[dim]{escape(known.definition[:240])}{'…' if len(known.definition) > 240 else ''}[/]"
            decided = made.get(each.id)
            verdict = each.kind if decided is None else "[red]rejected[/]" if decided.kind == NONE else decided.kind
            signed = f" [green]signed by {escape(each.author)}[/]" if each.author else ""
            cells = (f"[b]{number}[/]", _number(each.confidence), _number(each.score), f"{verdict}{signed}")
            drawn.add_row(*cells, escape(each.id), name)
        return drawn


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _numbered(subject: Subject, number: str) -> Candidate:
    if not (number.isdigit() and 1 <= int(number) <= len(subject.candidates)):
        raise InputError(f"{number}: no such candidate; there are 1 to {len(subject.candidates)}")
    return subject.candidates[int(number) - 1]


def _kind(text: str, default: str) -> str:
    """The kind of match that was typed, by its name or first letter; who accepts a `none` means exact."""
    if not text:
        return "exact" if default == NONE else default
    if text not in _KINDS:
        raise InputError(f"{text}: no kind of match; one of {', '.join(KINDS)}")
    return _KINDS[text]


def _decision(subject: Subject, candidate: Candidate, kind: str, author: str) -> Decision:
    return Decision(subject.id, subject.label, candidate.id, candidate.label, kind, author, today())


def signature(ask: Callable[[str], str], out: Console) -> str:
    """The reviewer's ORCID as a CURIE, asked for until it is one.

    Raises:
        InputError: Nothing was answered.
    """
    while True:
        try:
            return orcid(ask("Your ORCID, which signs the decisions: "))
        except (EOFError, KeyboardInterrupt):
            raise InputError("ORCID: not given; decisions are signed, give --author 0000-0002-1825-0097") from None
        except InputError as error:
            out.print(str(error), markup=False)
