"""A draft as it would look in a language, while it is written."""

from dataclasses import replace
from datetime import datetime

from audiences.languages import ChainStep, Choice
from mailer.campaigns.review import preview, trial
from mailer.campaigns.review.preview import Preview
from mailer.campaigns.review.trial import Extent
from mailer.errors import NotFoundError
from mailer.sites.site import Site


async def look(
    site: Site, campaign_id: int, language: str, *, now: datetime
) -> Preview:
    """Return the letter in a language, for a reader of it if there is one.

    Else it is as another reader would get it in that language. Raises NotFoundError if
    nothing is written in it, RefusedError if the letter has no reader at all.
    """
    pick = trial.examples(Extent.EACH_LANGUAGE)
    opened = await preview.desk(site, campaign_id, pick, now=now, unfinished=True)
    if language not in opened.content.translations:
        raise NotFoundError(f"nothing is written in {language} yet")
    chosen = Choice(language=language, step=ChainStep.CONTACT, wanted=language)
    for persona in opened.personas:
        if persona.choice is not None and persona.choice.language == language:
            chosen = persona.choice
            break
    else:
        persona = opened.personas[0]
    return await preview.make(opened, replace(persona, choice=chosen), now=now)
