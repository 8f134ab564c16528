#!/bin/sh
# The browser tests drive a system Chromium and need a Chinese font. Installed where this machine lets us; otherwise the
# browser tests say that they were left out (and fail in CI).
set -eu
found() { command -v chromium >/dev/null 2>&1 && [ -n "$(find /usr/share/fonts -iname '*CJK*' -print -quit 2>/dev/null)" ]; }
found && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null && exit 0
fi
echo "No Chromium or Chinese font here and none could be installed: the browser tests will be left out." >&2
