"""The pure decisions of sign-in and rights: tables, and properties where a table would not do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.forms import Form, FormError
from service.web.paging import Page, page_number
from service.web.rendering import safe_path, safe_url
from service.web.security import passwords
from service.web.security.address import client_address
from service.web.security.attempts import Limit, wait, wait_text
from service.web.security.csrf import same_origin, token_matches
from service.web.security.hosts import host_is_ours
from service.web.security.rights import MATRIX, Permission, Role, allows, covers, in_town
from service.web.security.setup_code import LASTS, code_is_right, new_code, use_up

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LIMIT = Limit(free=3, window=timedelta(hours=1), first=MINUTE, longest=8 * MINUTE)
P = Permission

# (role, what it may do): written out once more, so that a change of the matrix is a change of two places.
RIGHTS = [
    (Role.READER, {P.READ}),
    (Role.CLERK, {P.READ, P.WORK_CASES, P.HANDLE_FINDINGS, P.CATALOGUE, P.RECHECK, P.ALERTS, P.EXPORT}),
    (Role.LEADER, {P.READ, P.WORK_CASES, P.HANDLE_FINDINGS, P.CATALOGUE, P.RECHECK, P.ALERTS, P.EXPORT, P.AUDIT}),
    (Role.SUPERVISOR, {P.READ, P.WORK_CASES, P.EXPORT, P.AUDIT}),
    (Role.TECHNICIAN, {P.READ, P.RECHECK, P.ALERTS, P.PEOPLE, P.AUDIT}),
]


@pytest.mark.parametrize(("role", "may"), RIGHTS)
def test_what_each_role_may_do(role: Role, may: set[Permission]) -> None:
    assert {permission for permission in Permission if allows(role, permission)} == may


def test_every_role_has_its_rights() -> None:
    assert set(MATRIX) == set(Role) == {role for role, _ in RIGHTS}


@pytest.mark.parametrize(("towns", "others", "covered"), [
    (None, None, True),
    (None, {"a"}, True),
    ({"a", "b"}, {"a"}, True),
    ({"a"}, {"a", "b"}, False),
    ({"a"}, None, False),  # an account of every town is not one town's to change
])
def test_whose_account_one_may_change(towns: set[str] | None, others: set[str] | None, covered: bool) -> None:
    def frozen(names: set[str] | None) -> frozenset[str] | None:
        return None if names is None else frozenset(names)

    assert covers(frozen(towns), frozen(others)) is covered


def test_towns() -> None:
    assert in_town(None, "a")
    assert in_town(frozenset({"a"}), "a")
    assert not in_town(frozenset({"a"}), "b")
    assert not in_town(frozenset(), "a")


@pytest.mark.parametrize(("ago", "left"), [
    ([], 0),
    ([0, 0], 0),                                  # two of three free
    ([0.5, 5, 10], 0.5),                          # the third locks for a minute from the last failure
    ([1, 5, 10], 0),                              # and the minute is over
    ([0, 5, 10, 15], 2),                          # each further one twice as long
    ([0, 5, 10, 15, 20], 4),
    ([0] * 9, 8),                                 # never longer than the longest
    ([0, 59, 61], 0),                             # what is older than the window counts no more
    ([0, 59, 60], 0),                             # the window's edge is outside
    ([-1, 5, 10], 2),                             # another machine's clock is a minute ahead
])
def test_how_long_to_wait(ago: list[float], left: float) -> None:
    failures = [NOW - minutes * MINUTE for minutes in ago]
    assert wait(failures, NOW, LIMIT) == left * MINUTE


@given(st.lists(st.integers(0, 3700), max_size=400), st.integers(0, 3700))
def test_a_further_failure_never_shortens_the_wait(seconds_ago: list[int], another: int) -> None:
    failures = [NOW - timedelta(seconds=ago) for ago in seconds_ago]
    more = [*failures, NOW - timedelta(seconds=another)]
    assert timedelta(0) <= wait(failures, NOW, LIMIT) <= wait(more, NOW, LIMIT) <= LIMIT.longest


@given(st.lists(st.integers(0, 3700), min_size=1, max_size=50))
def test_who_waits_as_long_as_was_said_may_try(seconds_ago: list[int]) -> None:
    failures = [NOW - timedelta(seconds=ago) for ago in seconds_ago]
    assert wait(failures, NOW + wait(failures, NOW, LIMIT), LIMIT) == timedelta(0)


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 秒"), (59, "59 秒"), (60, "1 分钟"), (61, "2 分钟"), (3600, "60 分钟")])
def test_the_time_to_wait_is_rounded_up(seconds: float, text: str) -> None:
    assert wait_text(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(("password", "complaint"), [
    ("mountain-river", None),
    ("漫水河镇政务公开办公室", None),          # ten characters are ten characters
    ("short", "至少"),
    ("a" * 201, "最多"),
    ("zhangsan12", "用户名"),                 # the name and two more
    ("zhangsan-likes-tea", None),
    ("Password123", "太常见"),
    ("123-456-7890", "太常见"),               # separators do not make it another
    ("aaaaaaaaaab", "太常见"),                # two different characters
])
def test_which_passwords_will_do(password: str, complaint: str | None) -> None:
    said = passwords.objection(password, "zhangsan")
    assert said is None if complaint is None else (said is not None and complaint in said)


def test_common_passwords_are_long_enough_to_matter() -> None:
    assert [word for word in passwords.COMMON if len(word) < 9 or not word.isalnum()] == []


def test_a_made_password_will_do() -> None:
    made = {passwords.random_password() for _ in range(20)}
    assert len(made) == 20
    assert all(passwords.objection(password, "clerk") is None for password in made)


def test_a_hash_is_argon2id_and_knows_its_password() -> None:
    hashed = passwords.hash_password("mountain-river")
    assert hashed.startswith("$argon2id$")
    assert passwords.verify("mountain-river", hashed)
    assert not passwords.verify("mountain-river ", hashed)
    assert not passwords.verify("mountain-river", None)
    assert not passwords.verify("mountain-river", "not a hash")
    assert not passwords.is_outdated(hashed)
    assert passwords.is_outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$" + "A" * 43)


@pytest.mark.parametrize(("host", "origin", "site", "passes"), [
    ("a.example", "https://a.example", "same-origin", True),
    ("a.example:8000", "http://a.example:8000", None, True),
    ("a.example", None, None, True),                   # no browser
    ("a.example", None, "none", True),                 # typed by a person
    ("a.example", "https://b.example", None, False),
    ("a.example", "https://a.example:8443", None, False),
    ("a.example", "null", None, False),                # a sandboxed page
    ("a.example", "https://a.example.evil.example", None, False),
    ("a.example", "https://a.example", "same-site", False),
    ("a.example", None, "cross-site", False),
    ("", "https://", None, False),
])
def test_which_pages_may_post(host: str, origin: str | None, site: str | None, passes: bool) -> None:
    assert same_origin(host, origin, site) is passes


@pytest.mark.parametrize(("expected", "given_token", "matches"), [
    ("abc", "abc", True), ("abc", "abd", False), ("abc", None, False), ("abc", "", False), ("", "", False), ("abc", "中", False),
])
def test_the_token_of_a_form(expected: str, given_token: str | None, matches: bool) -> None:
    assert token_matches(expected, given_token) is matches


@pytest.mark.parametrize(("host", "ours"), [
    ("127.0.0.1:8000", True), ("[::1]:8000", True), ("10.1.2.3", True), ("localhost:8000", True),
    ("gongkai.example.gov.cn", True), ("GONGKAI.example.gov.cn:443", True),
    ("evil.example", False), ("127.0.0.1.evil.example", False), ("", False), ("[::1", False), ("user@evil.example", False),
])
def test_which_names_are_ours(host: str, ours: bool) -> None:
    assert host_is_ours(host, ("gongkai.example.gov.cn",)) is ours


@pytest.mark.parametrize(("peer", "forwarded", "client"), [
    ("203.0.113.7", "198.51.100.1", "203.0.113.7"),                # not our proxy: what it says is not believed
    ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
    ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),         # the left part was written by the client
    ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),        # two proxies of ours
    ("10.0.0.1", "", "10.0.0.1"),
    ("10.0.0.1", "<script>", "10.0.0.1"),
    ("10.0.0.1", "2001:DB8::1", "2001:db8::1"),                    # one way to write an address
])
def test_whose_address_counts(peer: str, forwarded: str, client: str) -> None:
    assert client_address(peer, forwarded, ("10.0.0.1", "10.0.0.2")) == client


@pytest.mark.parametrize(("path", "safe"), [
    ("/towns/x/cases?state=open", "/towns/x/cases?state=open"), (None, "/"), ("", "/"), ("cases", "/"),
    ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example", "/"), ("/\t/evil.example", "/"),
    ("javascript:alert(1)", "/"),
])
def test_where_sign_in_leads(path: str | None, safe: str) -> None:
    assert safe_path(path) == safe


@pytest.mark.parametrize(("url", "shown"), [
    ("https://www.example.gov.cn/a?b=1", "https://www.example.gov.cn/a?b=1"), ("HTTP://x.example/", "HTTP://x.example/"),
    ("javascript:alert(1)", "#"), (" javascript:alert(1)", "#"), ("data:text/html,x", "#"), ("//x.example", "#"), (None, "#"),
    ("http://x.example/a?mobile=13800000000", "#"),  # a person's number is not handed out in a link either
])
def test_crawled_links(url: str | None, shown: str) -> None:
    assert safe_url(url) == shown


def test_a_setup_code_is_good_once_and_for_a_day(tmp_path: Path) -> None:
    assert not code_is_right(tmp_path, "", NOW)
    first, code = new_code(tmp_path, NOW), new_code(tmp_path, NOW)
    assert not code_is_right(tmp_path, first, NOW), "a newer code takes its place"
    assert code_is_right(tmp_path, code, NOW)
    assert code_is_right(tmp_path, f" {code.lower().replace('-', ' ')} ", NOW), "typed by hand"
    assert not code_is_right(tmp_path, code, NOW + LASTS)
    files = list(tmp_path.iterdir())
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600]
    assert code not in files[0].read_text(encoding="utf-8")
    use_up(tmp_path)
    assert not code_is_right(tmp_path, code, NOW)


def test_forms_say_what_is_wrong_with_them() -> None:
    form = Form({"note": ["  第一行\r\n第二行 "], "due": ["2026-13-01"], "towns": ["a", "b", "a"], "bad": ["a\x00"]})
    assert form.text("note", "说明") == "第一行\n第二行"
    assert form.choices("towns") == ("a", "b")
    assert form.day("none", "期限") is None
    for ask, words in [
        (lambda: form.text("none", "说明"), "请填写说明"),
        (lambda: form.text("note", "说明", longest=3), "最多 3 个字"),
        (lambda: form.day("due", "期限"), "期限应写成"),
        (lambda: form.maybe("bad"), "不能保存的字符"),
    ]:
        with pytest.raises(FormError, match=words):
            ask()


@pytest.mark.parametrize(("text", "number"), [
    (None, 1), ("", 1), ("3", 3), ("0", 1), ("-1", 1), ("x", 1), ("²", 1), ("999999", 200), ("9" * 500, 1),
])
def test_the_page_asked_for(text: str | None, number: int) -> None:
    assert page_number(text) == number


def test_turning_pages_keeps_the_filters() -> None:
    page = Page(items=[], number=2, total=101, path="/audit", filters={"who": "张 三&x=1", "action": ""})
    assert page.last == 3
    assert page.url(3) == "/audit?who=%E5%BC%A0+%E4%B8%89%26x%3D1&page=3"
    assert page.url(1) == "/audit?who=%E5%BC%A0+%E4%B8%89%26x%3D1"
    assert Page(items=[], number=1, total=None, path="/audit").total_text == "1 万条以上"
