"""Stores the template files of an approval, and gives them to what renders it.

A change of the templates folder does not touch what is approved.
"""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign
from mailer.campaigns.writing import files
from mailer.rendering.template_files import TemplateFiles
from mailer.sites.site import Site


async def store(session: AsyncSession, templates: TemplateFiles) -> dict[str, str]:
    """Store files, each content once; return the digest of each by its path."""
    digests = templates.digests
    await files.store_contents(
        session, {digests[path]: octets for path, octets in templates.files.items()}
    )
    return digests


async def as_approved(session: AsyncSession, site: Site, campaign: Campaign) -> Site:
    """Return the site with the templates and catalogues that a campaign goes with.

    They are those of its approval. Without an approval, or where an earlier version
    gave it, they are those of the folder, read again. Raises RefusedError if a stored
    content was changed.
    """
    approval = await lookup.current_approval(session, campaign)
    if approval is None or approval.files is None:
        return replace(site, approved=None)
    contents = await files.contents(session, campaign, approval.files.values())
    kept = {path: contents[digest] for path, digest in approval.files.items()}
    place = f"the approval of {campaign.name}"
    return replace(site, approved=TemplateFiles(place=place, files=kept))
