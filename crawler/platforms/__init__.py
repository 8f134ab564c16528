"""The site platforms, and the check that a configuration's options fit them."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from core.errors import ConfigError
from core.settings import Settings, Site, SourceSettings
from crawler.platforms.base import Platform
from crawler.platforms.epoint import Epoint
from crawler.platforms.generic import Generic
from crawler.platforms.hanweb import Hanweb
from crawler.platforms.liuyan import Liuyan
from crawler.platforms.lonsun import Lonsun
from crawler.platforms.nfcms import Nfcms
from crawler.platforms.trs import Trs
from crawler.platforms.ucap import Ucap
from crawler.platforms.vsb import Vsb

PLATFORMS: dict[str, type[Platform]] = {
    platform.id: platform for platform in (Lonsun, Trs, Vsb, Hanweb, Ucap, Nfcms, Epoint, Liuyan, Generic)
}

_PROBLEMS = {
    "extra_forbidden": ("没有这个配置项", "检查拼写，或删除这一行"),
    "missing": ("缺少必填项", "补上这一项"),
    "int_type": ("应为整数", "去掉引号"),
    "string_type": ("应为文字", "用双引号括起来"),
    "bool_type": ("应为 true 或 false", "不要加引号"),
}


def platform_of(site: Site) -> Platform:
    """The platform of a site whose options have been checked."""
    return PLATFORMS[site.platform](site)


def check_options(settings: Settings) -> list[ConfigError]:
    """Everything about platforms and their options that would stop a crawl, all at once."""
    return [error for site in settings.sites for error in _check_site(site)]


def _check_site(site: Site) -> Iterator[ConfigError]:
    file = f"sites/{site.id}.toml"
    platform = PLATFORMS.get(site.platform)
    if platform is None:
        yield ConfigError(f"没有 “{site.platform}” 这个平台", file=file, key="platform", remedy=f"改为 {'、'.join(PLATFORMS)} 之一")
        return
    yield from _explain(file, "", lambda: platform.site_options.model_validate(site.options))
    for source in site.sources:
        yield from _check_source(file, platform, site, source)


def _check_source(file: str, platform: type[Platform], site: Site, source: SourceSettings) -> Iterator[ConfigError]:
    wrong = list(_explain(file, source.id, lambda: platform.source_options.model_validate(source.options)))
    yield from wrong
    if not wrong:
        for key, problem, remedy in platform.check(site, source):
            yield ConfigError(problem, file=file, entry=source.id, key=key, remedy=remedy)


def _explain(file: str, entry: str, validate: object) -> Iterator[ConfigError]:
    assert callable(validate)
    try:
        validate()
    except ValidationError as error:
        for item in error.errors():
            problem, remedy = _PROBLEMS.get(item["type"], (item["msg"], "按说明改正"))
            key = ".".join(["options", *map(str, item["loc"])])
            yield ConfigError(problem, file=file, entry=entry, key=key, remedy=remedy)
