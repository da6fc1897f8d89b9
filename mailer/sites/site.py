"""One site: its settings, store, keys, templates and catalogues."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from audiences.languages import name_in
from mailer.links import LinkSigner
from mailer.rendering import template_files
from mailer.rendering.language import catalogues
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.template_files import TemplateFiles
from mailer.settings.sections import Settings
from mailer.store.database import Database


@dataclass(frozen=True, kw_only=True)
class Site:
    """An open site.

    `root` is the folder of config.toml; `address_key` makes fingerprints of addresses.
    `approved` are the templates of an approval, used in place of those of the folder.
    Templates and catalogues are read once: a copy of the site reads them again.
    """

    root: Path
    settings: Settings
    database: Database
    signer: LinkSigner
    address_key: bytes
    approved: TemplateFiles | None = None

    @property
    def templates_folder(self) -> Path:
        """Return the folder of templates and catalogues."""
        return self.root / self.settings.site.templates

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which the unit reads times."""
        return ZoneInfo(self.settings.site.zone)

    @cached_property
    def templates(self) -> TemplateFiles:
        """Return the files of templates and catalogues."""
        return self.approved or template_files.read(self.templates_folder)

    @cached_property
    def catalogues(self) -> Mapping[str, Catalogue]:
        """Return the catalogue of every language that letters are offered in."""
        return catalogues.load_all(self.templates)

    def catalogue(self, language: str) -> Catalogue:
        """Return the catalogue of a language.

        A language that is not offered gets the strings of the default language.
        """
        known = self.catalogues
        if language in known:
            return known[language]
        return replace(known[self.settings.languages.default], language=language)

    def sender_name(self, language: str) -> str:
        """Return the sender's name in a language."""
        settings = self.settings
        return name_in(settings.sender.names, language, settings.site.name)

    def postal(self, language: str) -> str:
        """Return the sender's postal address in a language."""
        return name_in(self.settings.sender.postal, language)
