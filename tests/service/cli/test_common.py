"""Logs go to the standard error of the moment."""

from __future__ import annotations

import contextlib
import io

import pytest
import structlog

from service.cli.common import configure_logging


def test_a_line_goes_to_the_standard_error_of_its_moment_not_to_one_that_is_closed(capsys: pytest.CaptureFixture[str]) -> None:
    """A caller that redirects standard error and closes its file must not break the lines that come after."""
    log = structlog.get_logger("townwatch")
    with io.StringIO() as redirected:
        with contextlib.redirect_stderr(redirected):
            configure_logging(verbose=False)
            log.info("within")
        assert "within" in redirected.getvalue()
    log.info("after")
    captured = capsys.readouterr()
    assert "after" in captured.err
    assert captured.out == ""
