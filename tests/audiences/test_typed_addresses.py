"""Addresses as people type them: what is surely meant is taken, with a remark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences import addresses
from audiences.errors import AddressRefusedError
from audiences.intake.values import typed_addresses

ADA, BOB = "ada@x.example", "bob@y.example"


def texts(cell: str) -> list[str]:
    return [each.address.text for each in typed_addresses.read(cell)]


@pytest.mark.parametrize(
    "cell",
    [
        "mailto:ada@x.example",
        "MAILTO:ada@x.example?subject=Hello",
        "E-mail: ada@x.example",
        "Courriel : ada@x.example",
        "<ada@x.example>",
        '"ada@x.example"',
        "'ada@x.example",
        "«ada@x.example»",
        "“ada@x.example”",
        "(ada@x.example)",
        "[ada@x.example]",
        "ada@x.example.",
        "ada@x.example;",
        "ada@x.example ,",
        "ada\u200b@x.example",
        "\ufeffada@x.example",
        "ada@x\u00ad.example",
        "\u00a0ada@x.example\u2060",
        "\u202aada@x.example\u202c",
        "ada\u200d@x.example",
        "ada\uff20x.example",
        "ada@x\uff0eexample",
        "ada(at)x.example",
        "ada [at] x [dot] example",
        "ada (arobase) x.example",
        "ada @ x.example",
        "ada@x.example, ada@x.example",
    ],
)
def test_one_address_is_surely_meant(cell: str) -> None:
    (found,) = typed_addresses.read(cell)

    assert found.address.text == ADA
    assert found.name is None
    assert found.remark == f"taken as {ADA}"


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Ada <ada@x.example>", "Ada"),
        ("Lovelace, Ada <ada@x.example>", "Lovelace, Ada"),
        ('"Lovelace, Ada" <ada@x.example>', "Lovelace, Ada"),
        ("Ada Lovelace<mailto:ada@x.example>", "Ada Lovelace"),
        ("ada@x.example (Ada)", "Ada"),
        ("« Ada » <ada@x.example>;", "Ada"),
    ],
)
def test_the_name_beside_an_address_is_taken(cell: str, name: str) -> None:
    (found,) = typed_addresses.read(cell)

    assert (found.address.text, found.name) == (ADA, name)
    assert found.remark == f"taken as {ADA}, with the name {name}"


@pytest.mark.parametrize(
    "cell",
    [
        f"{ADA};{BOB}",
        f"{ADA}, {BOB}",
        f"{ADA} {BOB}",
        f"{ADA}\n{BOB}",
        f"{ADA}\r\n{BOB};",
        f"{ADA}/{BOB}",
        f"{ADA} / {BOB}",
        f"{ADA} & {BOB}",
        f"{ADA} et {BOB}",
        f"{ADA}، {BOB}",
        f"{ADA}；{BOB}",
        f"Ada <{ADA}>, Bob <{BOB}>",
        f"{ADA}; Smith, Bob <{BOB}>",
        f"Ada <{ADA}>; {BOB}",
        f"mailto:{ADA}; mailto:{BOB}",
        f"{ADA}; {BOB}; {ADA.upper()}",
    ],
)
def test_several_addresses_are_each_taken(cell: str) -> None:
    found = typed_addresses.read(cell)

    assert {each.address.text.lower() for each in found} == {ADA, BOB}
    assert len(found) == 2
    assert all("2 addresses in one cell" in (each.remark or "") for each in found)


def test_each_name_stays_with_its_address() -> None:
    found = typed_addresses.read(f"{ADA}; Smith, Bob <{BOB}>")

    assert [(each.address.text, each.name) for each in found] == [
        (ADA, None),
        (BOB, "Smith, Bob"),
    ]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("ada lovelace@x.example", "'ada' stands beside an address"),
        ("ada@x.example tel 12", "'tel' stands beside an address"),
        ("ada at x.example", "no @; write it in place of “at”"),
        ("ada", "no @ in it"),
        ("ada@@x.example", "more than one @"),
        ("@x.example", "nothing before the @"),
        ("ada@", "nothing after the @"),
        ("ada..b@x.example", "two points in a row"),
        (".ada@x.example", "a point at an end of the part before @"),
        ("ada@x", "no point in the domain 'x'"),
        ("ada@x.test", "the domain ending .test is reserved"),
        ("ada@x_y.example", "'_' may not stand in the domain"),
        ("ada@[127.0.0.1]", "a number in place of a domain"),
        (f"{'a' * 65}@x.example", "more than 64 octets before the @"),
        ("ad\ufffd@x.example", "damaged text (U+FFFD)"),
        ("\u0430da@x.example", "'аda' mixes Cyrillic and Latin letters"),
        ("ada@p\u0430ypal.example", "'pаypal' mixes Cyrillic and Latin letters"),
        ("ada@xn--pypal-4ve.example", "'pаypal' mixes Cyrillic and Latin letters"),
        ("; ".join(f"a{n}@x.example" for n in range(21)), "at most 20 are read"),
    ],
)
def test_what_is_not_understood_is_refused_in_our_words(cell: str, reason: str) -> None:
    with pytest.raises(AddressRefusedError) as refusal:
        typed_addresses.read(cell)

    assert reason in refusal.value.reason


@pytest.mark.parametrize(
    "cell",
    [
        "ada@x.example",
        "Ada@X.Example",
        "адмін@пошта.example",
        "info@bücher.example",
        "josé@x.example",
    ],
)
def test_an_address_that_stands_alone_has_no_remark(cell: str) -> None:
    (found,) = typed_addresses.read(cell)

    assert found.remark is None


def test_a_word_of_look_alike_letters_is_remarked() -> None:
    (found,) = typed_addresses.read("ada@\u0430\u0440\u0440\u04cf\u0435.example")

    assert "looks like Latin letters and is not" in (found.remark or "")


@given(st.text(max_size=120))
def test_any_cell_is_read_or_refused(cell: str) -> None:
    try:
        found = typed_addresses.read(cell)
    except AddressRefusedError:
        return

    assert found
    assert all(addresses.parse(each.address.text) for each in found)


@given(
    st.lists(st.sampled_from([*"<>()@;,./ \n\"'", ADA, "Ada", "mailto:"]), max_size=12)
)
def test_a_cell_of_such_pieces_is_read_or_refused(pieces: list[str]) -> None:
    cell = "".join(pieces)
    try:
        found = texts(cell)
    except AddressRefusedError:
        return

    assert ADA.removesuffix(".example") in " ".join(found)
