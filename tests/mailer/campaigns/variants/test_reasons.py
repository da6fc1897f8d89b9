"""A letter says why its reader gets it, in their language, by the rule that held."""

from dataclasses import replace

import pytest

from audiences.institution import GROUP, KINDS, PLACE, SUBJECT
from audiences.segments import alternatives
from mailer import clock
from mailer.campaigns.review import preview
from mailer.campaigns.variants import reasons, wording
from mailer.campaigns.variants.reasons import Statement
from mailer.links import NO_MESSAGE
from mailer.rendering import marks, render
from mailer.rendering.marks import Field
from mailer.rendering.source import strings
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, readers, reading
from tools import samples
from tools.checkout import TEMPLATES
from tools.peers.relay import Relay

ICOM = "unesco-liaison@icom.example"
NATCOM = "secretariat@natcom-fr.example"


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize(
    ("name", "address", "sentence"),
    [
        (
            "monthly-letter",
            ICOM,
            "est une ONG en partenariat officiel avec l’UNESCO et figure parmi",
        ),
        (
            "monthly-letter",
            NATCOM,
            "figure parmi les abonnés de « Lettre mensuelle ».",
        ),
        (
            "monthly-letter",
            "secretariat@natcom-eg.example",
            "من المشتركين في «الرسالة الشهرية».",
        ),
        (
            "forum-conclusions",
            "focal-point@ed.sector.example",
            "travaille sur un sujet traité dans cette lettre (Un autre regard",
        ),
        (
            "programme-news",
            ICOM,
            "sur un sujet traité dans cette lettre (Éducation) et figure",
        ),
    ],
)
async def test_the_reason_is_that_of_the_reader(
    site: Site, name: str, address: str, sentence: str
) -> None:
    number = await campaigning.add(site, TEMPLATES / name / "sample")
    made = await preview.preview(site, number, address, now=clock.now())

    for part in (made.letter.text, "".join(reading.read(made.letter.html).words)):
        assert reading.plain(sentence) in reading.plain(part).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ("fields in (ED, SC) and acts_in has SN", [["ED", "SC"], ["SN"]]),
        ("country = SN and acts_in has ML", [["SN", "ML"]]),
        ("region in (AFR, ARB) and fields has sdg-04", [["sdg-04"], ["AFR", "ARB"]]),
        ("country in region(AFR)", [["AFR"]]),
        ("kind = sector and desk in sectors(themes)", [["forum-09", "sdg-04"]]),
        ("country in (SN, ML, NE, BF, TD)", [[]]),
        ("group = Va and country = TN", [["TN"], []]),
        ("not country = SN and lang = fr", []),
    ],
)
def test_a_reason_names_what_the_rule_names_if_it_is_little(
    rule: str, named: list[list[str]]
) -> None:
    (way,) = alternatives.alternatives(rule, {})
    statements = reasons.reason(way, ["forum-09", "sdg-04"])

    assert [[code for _, code in each.codes] for each in statements] == named


@pytest.mark.parametrize(
    ("language", "named"),
    [
        ("fr", "(Tunisie ; Afrique)"),
        ("ar", "(تونس؛ أفريقيا)"),
        ("zh", "（突尼斯；非洲）"),
    ],
)
def test_countries_and_regions_have_the_names_of_the_language(
    language: str, named: str
) -> None:
    known = {("country", "TN"): {"fr": "Tunisie", "ar": "تونس", "zh": "突尼斯"}}
    statement = Statement(PLACE, (("country", "TN"), ("region", "AFR")))
    catalogue = samples.catalogues()[language]

    assert reading.plain(wording.words((statement,), known, catalogue)[0]).endswith(
        named
    )
    assert wording.words((statement,), {}, catalogue) == (catalogue.text(PLACE),)


def test_a_state_is_named_as_in_a_sentence_and_a_subject_as_in_its_list() -> None:
    iran, software = "Iran (République islamique d’)", "Informatique (logiciels)"
    known = {("country", "IR"): {"fr": iran}, ("subject", "x"): {"fr": software}}
    statements = (
        Statement(PLACE, (("country", "IR"),)),
        Statement(SUBJECT, (("subject", "x"),)),
    )
    place, subject = wording.words(statements, known, samples.catalogues()["fr"])

    assert place.endswith(" (République islamique d’Iran)")
    assert subject.endswith(f" ({software})")


@pytest.mark.parametrize(
    ("language", "foot"),
    [
        (
            "en",
            (
                "You are receiving this letter on behalf of: X, which has observer"
                " status; belongs to the electoral group this letter concerns and"
            ),
        ),
        (
            "fr",
            (
                "Vous recevez cette lettre au titre de : X, qui a le statut"
                " d’observateur ; relève du groupe électoral que cette lettre concerne"
            ),
        ),
        (
            "es",
            (
                "Recibe esta carta en representación de: X, que tiene la condición de"
                " observador; pertenece al grupo electoral al que se refiere esta carta"
            ),
        ),
        ("ar", "المعنية بهذه الرسالة، ومن المشتركين في «"),
        ("ru", "говорится в письме, а также получает рассылку «"),
        ("zh", "具有观察员地位；属于此信函所涉选举组，并已订阅“"),
    ],
)
def test_a_foot_needs_no_article_before_a_name_and_joins_its_last_reason(
    language: str, foot: str
) -> None:
    catalogue = samples.catalogues()[language]
    reason = (Statement(KINDS["observer"]), Statement(GROUP))
    letter = replace(
        samples.source("monthly-letter", language),
        reason=wording.words(reason, {}, catalogue),
    )
    drawn = marks.draw(strings(letter))
    said = render.why(letter, drawn).replace(drawn.of(Field.ORGANISATION), "X")

    assert foot in reading.plain(said)


@pytest.mark.parametrize(
    ("rule", "ways"),
    [
        ("kind = ngo", 1),
        ("kind in (ngo, natcom) and sub(x)", 2),
        ("(kind = ngo or kind = sector) and (lang = fr or lang = ar)", 4),
        ("segment(partners) and lang = fr", 2),
        (" and ".join(["(lang = fr or lang = ar)"] * 12), 0),
    ],
)
def test_the_ways_into_a_rule_are_listed_if_they_are_few(rule: str, ways: int) -> None:
    saved = {"partners": "kind = ngo or kind = natcom"}

    assert len(alternatives.alternatives(rule, saved)) == ways


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_preview_is_the_delivered_message_except_its_signed_values(
    site: Site, relay: Relay
) -> None:
    """They are equal byte for byte, once tokens, Message-ID and date are replaced."""
    number = await campaigning.released_sample(site, "monthly-letter")
    await delivering.work(site)
    ledger = await campaigning.ledger(site, number)
    delivered = {each.recipient: each.octets for each in relay.accepted}
    for address in (ICOM, NATCOM, "secretariat@natcom-eg.example"):
        received = delivered[address]
        expected = (
            await preview.preview(site, number, address, now=clock.now())
        ).octets
        ours = await readers.signed_of(site, ledger[address])
        blank = site.signer.message(NO_MESSAGE)
        for name in ("unsubscribe", "preferences", "message_id"):
            old, new = getattr(blank, name), getattr(ours, name)
            expected = expected.replace(old.encode(), new.encode())

        assert without_date(expected) == without_date(received)


def without_date(octets: bytes) -> list[bytes]:
    return [row for row in octets.split(b"\r\n") if not row.startswith(b"Date: ")]
