"""The JSON objects of the message board, field by field (facts/message-board.md section 1). Pure."""

from __future__ import annotations

from typing import Any

from demo.threads import DOMAIN_IDS, Thread

SEARCH_CUT, LIST_CUT = 150, 100
MARK = "<label style='color:#D5313F'>{}</label>"


def highlight(text: str, word: str) -> str:
    """One mark per character, also on single matching characters elsewhere, as the real search does."""
    return "".join(MARK.format(char) if char in word else char for char in text) if word else text


def row(thread: Thread, word: str = "") -> dict[str, Any]:
    """A row of search (39 fields; ``lastAnswerTime`` is absent where there is no answer), cut before highlighting."""
    answered = thread.state == "已办理"
    found = {
        "tid": thread.tid,
        "fid": thread.fid,
        "forumName": thread.path,
        "subject": highlight(thread.subject, word),
        "nickName": thread.nick,
        "typeId": thread.type_id,
        "domainId": DOMAIN_IDS.get(thread.domain, 0),
        "typeName": thread.type_name,
        "domainName": thread.domain,
        "stateInfo": thread.state,
        "createDateline": thread.created,
        "dateline": thread.created,
        "userType": 0,
        "videoDuration": 0,
        "content": highlight(thread.content[:SEARCH_CUT], word),
        "threadsCheckTime": thread.checked,
        "attachment": 0,
        "threadState": 1,
        "feedbackState": 0,
        "processState": 0,
        "traceState": 3 if answered else 0,
        "traceStateDesc": "已回复待评价" if answered else None,
        "fav": 0,
        "favNum": 0,
        "likesNum": 0,
        "position": 0,
        "markState": 0,
        "publicAttachment": 0,
        "publicState": 1,
        "lastUpdate": thread.replies[-1].at if thread.replies else thread.checked,
        "collectId": 0,
        "topicId": 0,
        "satisfactionType": 2 if thread.rating else 0,
        "forumPathName": thread.path,
        "leaderAttention": 0,
        "hurryAuthority": 0,
        "readState": 0,
        "threadPlace": thread.place,
    }
    return found | ({"lastAnswerTime": thread.replies[-1].at} if thread.replies else {})


def old_row(thread: Thread) -> dict[str, Any]:
    """A row of queryThreadsList: cut at 100 and without the answer, as in 2026."""
    cut = thread.content[:LIST_CUT] + "..." if len(thread.content) > LIST_CUT else thread.content
    return {
        "tid": thread.tid,
        "userId": 1,
        "fid": thread.fid,
        "typeId": thread.type_id,
        "domainId": DOMAIN_IDS.get(thread.domain, 0),
        "topicId": 0,
        "nickName": thread.nick,
        "subject": thread.subject,
        "content": cut,
        "dateline": thread.created,
        "ip": "127.0.0.*",
        "stateInfo": thread.state,
        "traceInfo": thread.state,
        "processInfo": "未交办",
        "hasReported": 0,
        "favNum": 0,
        "forumName": thread.forum,
        "typeName": thread.type_name,
        "domainName": thread.domain,
        "sourceName": "PC浏览器",
        "answerId": None,
        "answerContent": None,
        "answerDateline": None,
        "answerOrganization": None,
        "userType": 0,
        "threadState": 1,
        "publicAttachment": 0,
        "userFavStatus": 0,
        "grade": None,
        "gradeLevel": None,
        "gradeManner": None,
        "gradeSpeed": None,
        "trashRecheckState": 0,
        "attachment": 0,
        "threadsCheckTime": thread.checked,
        "from": "",
        "shisiwu": False,
    }


def entries(thread: Thread) -> list[dict[str, Any]]:
    """The parts of one message: itself (dataType 1), perhaps a rating (3), official replies (4). Not in a fixed order:
    a rating may stand before the reply, so that a reader must go by dataType."""
    common = {"subject": thread.subject, "createDateline": thread.created, "stateInfo": thread.state, "tags": ""}
    message = common | {
        "dataType": 1,
        "tid": thread.tid,
        "fid": thread.fid,
        "forumName": thread.path,
        "content": thread.content,
        "dateline": thread.created,
        "nickName": thread.nick,
        "organization": None,
        "typeId": thread.type_id,
        "typeName": thread.type_name,
        "domainId": DOMAIN_IDS.get(thread.domain, 0),
        "domainName": thread.domain,
        "threadsCheckTime": thread.checked,
        "threadPlace": thread.place,
    }
    replies = [
        common
        | {
            "dataType": 4,
            "content": reply.content,
            "dateline": reply.at,
            "organization": reply.office,
            "nickName": None,
        }
        for reply in thread.replies
    ]
    rating = (
        [
            common
            | {
                "dataType": 3,
                "content": thread.rating,
                "dateline": thread.replies[-1].at + 86_400,
                "organization": None,
                "nickName": thread.nick,
            }
        ]
        if thread.rating and thread.replies
        else []
    )
    return [message, *rating, *replies]
