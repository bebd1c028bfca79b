"""Errors that end a command with one sentence for the user; exit codes belong to cli/."""


class CommandError(Exception):
    """A command cannot be completed; the message tells the user why and what to do."""


class UsageError(CommandError):
    """The request itself is wrong: an unknown name, a contradiction, a value out of range."""


class StaleError(CommandError):
    """The data are of an older version; building them anew helps."""
