"""The language chain chooses only languages that are written and allowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences import languages
from audiences.languages import Chain, ChainStep, Choice, choose

SIX = languages.OFFERED
TAGS = st.sampled_from([*SIX, "pt", "zh-Hant", "en-ZA", "ar-EG", "de"])
TUPLES = st.lists(TAGS, max_size=3, unique=True).map(tuple)


@pytest.mark.parametrize(
    ("chain", "language", "step"),
    [
        (Chain(contact=("ar",), organisation=("fr",), state=("en",)), "ar", "contact"),
        (Chain(organisation=("fr",), state=("en",)), "fr", "organisation"),
        (Chain(state=("es",)), "es", "state"),
        (Chain(), "en", "campaign"),
        (Chain(contact=("pt", "ru")), "ru", "contact"),
    ],
)
def test_the_first_step_that_names_a_language_decides(
    chain: Chain, language: str, step: str
) -> None:
    choice = choose(chain, written=SIX, fallbacks={}, default="en")

    assert choice == Choice(language=language, step=ChainStep(step), wanted=language)


def test_a_later_step_never_overrides_the_readers_own_choice() -> None:
    chain = Chain(contact=("ar",), organisation=("fr",))

    assert choose(chain, written=["fr", "en"], fallbacks={}, default="fr") is None


def test_a_fallback_is_used_only_where_the_campaign_allows_it() -> None:
    chain = Chain(contact=("ar",))
    choice = choose(chain, written=["fr", "en"], fallbacks={"ar": ["en"]}, default="fr")

    assert choice is not None
    assert choice.language == "en"
    assert choice.fell_back


@pytest.mark.parametrize(("asked", "written"), [("en-ZA", "en"), ("zh-Hant", "zh")])
def test_a_tag_never_matches_another_by_its_beginning(asked: str, written: str) -> None:
    chain = Chain(contact=(asked,))

    assert choose(chain, written=[written], fallbacks={}, default=written) is None


@given(
    st.builds(Chain, contact=TUPLES, organisation=TUPLES, state=TUPLES),
    st.lists(st.sampled_from(SIX), min_size=1, unique=True),
    st.dictionaries(TAGS, st.lists(TAGS, max_size=2)),
)
def test_a_reader_only_gets_a_language_that_is_written_and_allowed(
    chain: Chain, written: list[str], fallbacks: dict[str, list[str]]
) -> None:
    choice = choose(chain, written=written, fallbacks=fallbacks, default=written[0])

    if choice is None:
        wanted = chain.contact or chain.organisation or chain.state
        assert wanted
        assert not set(wanted) & set(written)
        return
    assert choice.language in written
    if choice.fell_back:
        assert choice.language in fallbacks[choice.wanted]


@pytest.mark.parametrize(
    ("typed", "tag"),
    [("FR", "fr"), ("zh-hANT", "zh-Hant"), ("en-za", "en-ZA"), ("es-419", "es-419")],
)
def test_a_tag_has_one_spelling(typed: str, tag: str) -> None:
    assert languages.tag(typed) == tag


@pytest.mark.parametrize("typed", ["", "french", "f", "fr_FR", "fr;", "日本"])
def test_an_invalid_tag_is_refused(typed: str) -> None:
    with pytest.raises(languages.LanguageError, match="not a language tag"):
        languages.tag(typed)


@pytest.mark.parametrize(
    ("language", "direction"),
    [("ar", "rtl"), ("ar-EG", "rtl"), ("ar-Latn", "ltr"), ("fr", "ltr"), ("he", "rtl")],
)
def test_direction_follows_the_script(language: str, direction: str) -> None:
    assert languages.direction(language) == direction
