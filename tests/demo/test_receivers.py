"""The demo's receivers take what Apprise and a mail client really send."""

from __future__ import annotations

import json
import smtplib
import time
from email.message import EmailMessage
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import apprise
import pytest

from demo.receivers import Mailbox, Webhook


# Apprise imports a module that Python 3.13 drops, and has a stand-in for it.
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_apprise_reaches_both() -> None:
    with Webhook() as hook, Mailbox() as mail:
        sender = apprise.Apprise()
        assert sender.add(hook.apprise_url)
        assert sender.add(mail.url)
        assert sender.notify(title="漫水河镇：栏目超期", body="回应关切：已131天未更新")
        (message,) = hook.messages
        assert message.title == "漫水河镇：栏目超期"
        (letter,) = mail.messages
        assert letter.title == "漫水河镇：栏目超期"
        assert "已131天未更新" in letter.text
        assert letter.to == ("clerk@demo.example",)


def test_a_hook_answers_as_it_is_told() -> None:
    with Webhook() as hook:
        seen: list[str] = []
        hook.after = lambda message: seen.append(message.text)
        hook.answer_with(503, b"busy", times=1)
        with pytest.raises(HTTPError) as refused:
            urlopen(hook.url, b"1", timeout=10)
        refused.value.close()
        hook.answer_with(200, b'{"errcode":93000}')
        with urlopen(hook.url, b"2", timeout=10) as answer:
            assert json.load(answer) == {"errcode": 93000}
        assert [message.text for message in hook.messages] == seen == ["1", "2"]


def test_a_hook_can_hang_and_still_be_stopped() -> None:
    with Webhook() as hook:
        hook.answer_with(delay=60)
        with pytest.raises((TimeoutError, URLError)):
            urlopen(hook.url, b"x", timeout=0.3)
        started = time.monotonic()
    assert time.monotonic() - started < 5


def test_a_mailbox_can_refuse() -> None:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = "试", "a@demo.example", "b@demo.example"
    letter.set_content("正文")
    with Mailbox() as mail, smtplib.SMTP("127.0.0.1", mail.port, timeout=10) as client:
        mail.refuse_with = "451 4.3.0 try later"
        with pytest.raises(smtplib.SMTPDataError):
            client.send_message(letter)
        mail.refuse_with = None
        client.send_message(letter)
        assert [message.title for message in mail.messages] == ["试"]
