"""``python -m demo [--corpus DIR] [--port N] [--config DIR]``: keeps the demo town running until it is interrupted."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path

from core.clock import local_date, now
from demo.configure import write_config
from demo.receivers import Mailbox, Webhook
from demo.town import DemoTown


def main() -> None:
    """Start the town and print its addresses."""
    parser = argparse.ArgumentParser(prog="python -m demo", description="在本机运行演示小镇")
    parser.add_argument("--corpus", type=Path, help="语料目录（shared/data）：留言板另外提供其中的真实留言")
    parser.add_argument(
        "--port", type=int, default=0, help="门户端口；留言板、媒体站为其后两个端口（默认任取空闲端口）"
    )
    parser.add_argument("--config", type=Path, help="在此目录写出巡查演示小镇的配置")
    given = parser.parse_args()
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # before any thread starts, so that sigwait gets them
    with (
        DemoTown(local_date(now()), corpus=given.corpus, port=given.port) as town,
        Webhook() as hook,
        Mailbox() as mail,
    ):
        places = {
            "门户": town.portal_url,
            "留言板": town.board_url,
            "媒体站": town.media_url,
            "回调": hook.url,
            "邮件": mail.url,
        }
        print("\n".join(f"{name}：{url}" for name, url in places.items()), flush=True)
        if given.config:
            write_config(given.config, town, hook.url, mail.url)
            print(f"配置：{given.config}", flush=True)
        signal.sigwait(ends)


if __name__ == "__main__":
    main()
