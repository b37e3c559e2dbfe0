"""How the shop is set up: from the environment, or as it stands here."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Wholesaler(BaseModel):
    """Another company's server, asked for prices."""

    url: str = "http://wholesaler.example"
    key: SecretStr = SecretStr("wk-1852-f3a09c71")
    seconds: float = 5.0


class Settings(BaseSettings):
    """The shop's settings; `BOOKSHOP_CURRENCY=CHF` in the environment sets one of them."""

    model_config = SettingsConfigDict(env_prefix="BOOKSHOP_")

    currency: str = "EUR"
    countries: list[str] = ["AT", "CH", "DE"]
    warehouse_dsn: str = "postgresql+asyncpg://bookshop:moby-dick@warehouse.example:5432/stock"
    wholesaler: Wholesaler = Wholesaler()

    @property
    def is_european(self) -> bool:
        """Whether prices are in euros."""
        return self.currency == "EUR"


settings = Settings()

TOOLBAR: dict[str, Any] = {"panel_options": {"settings": {"objects": ["bookshop.config:settings"]}}}
"""What the toolbar is told beyond its defaults: where the shop's settings are."""
