"""The registry's check of options: every mistake at once, by file, source and key."""

from __future__ import annotations

from typing import Any

import pytest

from core.settings import Settings, Site, SourceSettings
from crawler.platforms import PLATFORMS, check_options


def settings(platform: str, options: dict[str, Any], kind: str = "list", site_options: dict[str, Any] | None = None) -> Settings:
    source = SourceSettings.model_validate({"id": "s", "name": "源", "url": "https://a.gov.cn/x", "kind": kind, "options": options})
    site = Site(id="a", name="站", platform=platform, home="https://a.gov.cn/", hosts=("a.gov.cn",), source=(source,),
                options=site_options or {})
    return Settings.model_construct(sites=(site,))


@pytest.mark.parametrize(("platform", "options", "kind", "words"), [
    ("lonsum", {}, "list", ["sites/a.toml", "platform", "lonsun"]),
    ("lonsun", {"organ": 1}, "list", ["sites/a.toml: s: options.organ", "没有这个配置项"]),
    ("lonsun", {"cat_id": "7065111"}, "list", ["options.cat_id", "应为整数"]),
    ("liuyan", {}, "board", ["options.fid", "缺少必填项"]),
    ("liuyan", {"fid": 2348}, "board", ["options.forum_contains"]),
    ("liuyan", {}, "search", ["options.keyword"]),
    ("liuyan", {}, "list", ["kind", "board"]),
    ("generic", {"overlap": -1}, "list", ["options.overlap"]),
])
def test_mistakes_are_named(platform: str, options: dict[str, Any], kind: str, words: list[str]) -> None:
    errors = check_options(settings(platform, options, kind))
    assert errors
    assert [word for word in words if not any(word in str(error) for error in errors)] == []


def test_good_options_pass() -> None:
    assert check_options(settings("lonsun", {"organ_id": 1, "cat_id": 2, "overlap": 0})) == []
    assert check_options(settings("liuyan", {"fid": 1, "forum_contains": "霍山"}, "board")) == []
    assert check_options(settings("generic", {"prefix": "/a/", "single": True})) == []


def test_a_site_has_no_options_of_its_own_yet() -> None:
    assert "没有这个配置项" in str(check_options(settings("lonsun", {}, site_options={"siteId": 1}))[0])


def test_platforms_are_registered_by_their_id() -> None:
    assert {name: platform.id for name, platform in PLATFORMS.items()} == {name: name for name in PLATFORMS}
