"""Errors that a person can act on: each says what is wrong, where, and what to do."""

from __future__ import annotations


class TownwatchError(Exception):
    """Base of every error that the command line shows as one sentence instead of a traceback."""


class ConfigError(TownwatchError):
    """A setting that cannot be used. Raised by the loaders; the command line answers exit status 2.

    Shown as ``file: entry: key: problem; remedy``.
    """

    def __init__(self, problem: str, *, file: str, entry: str = "", key: str = "", remedy: str = "") -> None:
        self.problem, self.file, self.entry, self.key, self.remedy = problem, file, entry, key, remedy
        where = ": ".join(part for part in (file, entry, key) if part)
        super().__init__(f"{where}: {problem}" + (f"；处理办法：{remedy}" if remedy else ""))

    def under(self, folder: str) -> ConfigError:
        """The same error of a file that lies in a folder; "" is where it is."""
        file = f"{folder}/{self.file}" if folder else self.file
        return ConfigError(self.problem, file=file, entry=self.entry, key=self.key, remedy=self.remedy)


class ConfigErrors(TownwatchError):
    """All the configuration errors of one load, so that a person mends them in one go."""

    def __init__(self, errors: list[ConfigError]) -> None:
        self.errors = errors
        super().__init__("\n".join(str(error) for error in errors))


class CalendarHorizonError(TownwatchError):
    """A day lies past the years whose holidays are known. Raised by :mod:`core.calendar`; callers answer a
    provisional deadline, never a guess called certain."""


class StoreError(TownwatchError):
    """The store cannot be opened or is of another version. The command line answers exit status 1."""


class CrawlBusyError(TownwatchError):
    """Another crawl holds a host for longer than this one would wait."""
