"""What the values of rules and lists are the codes of."""

from enum import StrEnum


class Values(StrEnum):
    """The vocabulary that the values of a fact or function come from."""

    KIND = "kind"
    STATUS = "status"
    LEVEL = "level"
    ROLE = "role"
    COUNTRY = "country"
    REGION = "region"
    GROUP = "electoral group"
    SECTOR = "sector"
    FIELD = "field"
    OFFICE = "field office"
    THEME = "theme"
    TOPIC = "topic"
    LANGUAGE = "language"
    SEGMENT = "segment"
    KEPT = "kept list"
    ORGANISATION = "organisation"
    TAG = "tag"
    DAY = "day"
    CAMPAIGN = "campaign that was sent"
    EVENT = "event of an invitation"
    ANSWER = "answer to an invitation"
