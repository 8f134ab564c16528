"""By which rules a content was scanned: the same rules have one name, whatever the day and the process."""

from __future__ import annotations

from pathlib import Path

from core.configuration import load_settings
from monitor.page_scans import rules_of

CONFIG = Path(__file__).parents[2] / "config"


def test_rules_have_one_name_until_one_of_them_changes() -> None:
    settings = load_settings(CONFIG)
    digest = rules_of(settings).digest
    assert rules_of(load_settings(CONFIG)).digest == digest
    # A new host of the site: its links are foreign no more, so every page is looked at again.
    first = settings.sites[0].model_copy(update={"hosts": (*settings.sites[0].hosts, "new.example.gov.cn")})
    assert rules_of(settings.model_copy(update={"sites": (first, *settings.sites[1:])})).digest != digest
