"""The errors that a user can meet, each one line: `<where>: <what was found>; <what is expected or what to do>`.

KgError
├── InputError      a file, a row or an argument that kg cannot use
├── LoadError       a source whose rows do not add up, or a graph that cannot be written
├── DatabaseError   Neo4j cannot be installed, started, reached or asked
├── MissingExtra    a command that needs packages which `pip install kg` leaves out
└── TrainError      a training that cannot start, go on or be resumed
"""


class KgError(Exception):
    """Base of every error that kg prints as one line with exit status 1."""


class InputError(KgError):
    """A file, a row or an argument that kg cannot use."""


class LoadError(KgError):
    """A source whose rows do not add up, or a graph that cannot be written."""


class DatabaseError(KgError):
    """Neo4j cannot be installed, started, reached or asked."""


class MissingExtra(KgError):  # noqa: N818 - it names what is missing
    """A command that needs packages which the plain installation leaves out."""


class TrainError(KgError):
    """A training that cannot start, go on or be resumed."""
