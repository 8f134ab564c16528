"""The signature against captured real requests (facts/message-board.md section 2), and what it depends on."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.platforms.liuyan_signature import param_text, signature, signed_body

BASE = "https://liuyan.people.com.cn"
LIST = {"fid": "559", "showUnAnswer": 1, "typeId": 5, "lastItem": "", "position": 0, "rows": 10, "orderType": 2}
SEARCH = {"position": 0, "keywords": "", "fid": None, "domainId": None, "typeId": None, "timeRange": None,
          "ansChecked": False, "stTime": None, "sortType": "0", "page": 1, "rows": 10}


@pytest.mark.parametrize(("path", "param", "expected"), [
    ("/v1/threads/list/df", LIST, "9f41eaf88787382c14da461be7079546"),
    # A string where another client sends a number: types are part of what is signed.
    ("/v1/threads/list/df", LIST | {"fid": "593", "position": "0"}, "a7db9282e68f7ccceff0785b444c2194"),
    ("/v1/threads/list/bw", LIST | {"fid": 5050, "position": 1}, "22e8ff231248d4e2774c9d1b523afdf9"),
    # The query of the address is not signed.
    ("/v2/threads/search?sortType=0", SEARCH | {"keywords": "天然气"}, "bec2facf4f2a6ea58ced5215c60e6c1c"),
    ("/v2/threads/search", SEARCH, "15645586216c596864732b57a474b715"),
    ("/v1/threads/content", {"tid": "14592777", "fromTrash": 0}, "18d497371f56c631390ca2f9a196b130"),
    ("/v1/forum/getTopBwForums", {}, "3be29e33cb708b79a3802f663cf8f16e"),
])
def test_captured_requests(path: str, param: dict[str, object], expected: str) -> None:
    assert signature(BASE + path, param_text(param)) == expected


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.none(), st.booleans())))
def test_what_is_signed_is_what_is_sent(param: dict[str, object]) -> None:
    body = json.loads(signed_body(BASE + "/v1/x", param))
    assert json.loads(body["param"]) == param
    assert body["signature"] == signature(BASE + "/v1/x", body["param"])
