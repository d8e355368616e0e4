"""Which paths are the page's: they are open to all, as the key is asked for on the page itself."""

from __future__ import annotations

from typing import Final

ASSETS: Final = "/assets/"
VIEWS: Final = (
    "/",
    "/run",
    "/compare",
    "/sweep",
    "/sweep/{user_id}/{sweep_id}",
    "/strategies",
    "/strategies/{strategy_id}",
    "/webhooks",
    "/limits",
    "/r/{user_strategy_date_trade:path}",
)
_FIRST_PARTS: Final = frozenset(view.split("/")[1] for view in VIEWS) | {ASSETS.strip("/"), "favicon.svg"}


def is_page(path: str) -> bool:
    """Whether a path is one of the page, or under one of its."""
    return path.startswith("/") and path.split("/", 2)[1] in _FIRST_PARTS
