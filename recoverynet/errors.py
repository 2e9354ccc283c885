"""What can go wrong, by name. Every message says what was expected, what came, where, and how to mend it."""


class RecoveryNetError(Exception):
    """Any error raised on purpose by recoverynet."""


class SchemaError(RecoveryNetError, ValueError):
    """A table does not have the shape it must have: a column, a type, a value or an id is wrong."""


class TimeOrderError(RecoveryNetError, ValueError):
    """Instants stand in the wrong order: an end before its start, waves out of order, an empty window."""


class UnknownPersonError(RecoveryNetError, ValueError):
    """A person, group or occasion is named that the record does not know."""


class NotEstimableError(RecoveryNetError, ValueError):
    """The data cannot answer the question asked of them, and the message says why."""


class DisclosureError(RecoveryNetError, ValueError):
    """The request would let a person be recognised in something that leaves the machine."""


class NotWrittenError(RecoveryNetError, OSError):
    """A file or folder could not be written; what stood under its name before is untouched."""


class EngineError(RecoveryNetError, RuntimeError):
    """An engine that was to do the work cannot start, or went away before it was done; nothing is half-written."""


class RecoveryNetWarning(UserWarning):
    """Something the reader of a result should know; the result still stands."""
