"""What a page says after a change: ``?said=key`` of a redirect. Only these sentences can be shown, never the address's own."""

from __future__ import annotations

SAID = {
    "saved": "已保存。",
    "password": "密码已修改，其他设备上的登录已全部退出。",
    "signed_out": "已退出登录。",
    "user_changed": "账号已修改，该账号须重新登录。",
    "token_revoked": "令牌已作废。",
}
