"""The wiring: one site with its settings, store, keys, templates and catalogues.

The only place where these meet; everything else is handed what it needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from audiences.languages import name_in
from mailer.links import LinkSigner
from mailer.rendering.language import catalogues
from mailer.rendering.language.catalogues import Catalogue
from mailer.settings.sections import Settings
from mailer.store.database import Database


@dataclass(frozen=True, kw_only=True)
class Site:
    """A site, opened."""

    root: Path
    settings: Settings
    database: Database
    signer: LinkSigner
    address_key: bytes

    @property
    def templates(self) -> Path:
        """Return the folder of templates and catalogues."""
        return self.root / self.settings.site.templates

    @cached_property
    def catalogues(self) -> Mapping[str, Catalogue]:
        """Return the catalogues of every language offered."""
        return catalogues.load_all(self.templates)

    def catalogue(self, language: str) -> Catalogue:
        """Return a language's catalogue; the default's words for one not offered."""
        known = self.catalogues
        if language in known:
            return known[language]
        return replace(known[self.settings.languages.default], language=language)

    def sender_name(self, language: str) -> str:
        """Return how the sender is called in a language."""
        settings = self.settings
        return name_in(settings.sender.names, language, settings.site.name)

    def postal(self, language: str) -> str:
        """Return the sender's postal address as readers of a language write it."""
        return name_in(self.settings.sender.postal, language)
