"""Every document has the shape that docs/json says, on a site that sends."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from mailer.cli.json_documents import DOCUMENTS
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.acts.commands import Mailer
from tests.acts.resending import ED, FULL, script
from tools import json_schemas
from tools.peers.relay import Relay

BY = ("--by", "editor")
DETAIL = ("--detail", "asked")
LINES = {"campaigns audience", "messages list", "segments members"}
NEXT = ("--after", "2027-01-01T00:00Z", "--count", "2")

OTHERS = (
    ("suppressions list",),
    ("topics list",),
    ("segments count", "kind = ngo"),
    ("segments members", "kind = sector"),
    ("segments explain", "kind = sector", ED),
    ("schedule next", "first Tuesday 10:00", *NEXT),
    ("series next", "monthly-letter", *NEXT),
    ("history",),
)


def test_the_schemas_are_those_of_the_shapes() -> None:
    written = {
        path.name: path.read_text(encoding="utf-8")
        for path in json_schemas.FOLDER.glob("*.json")
    }
    assert written == json_schemas.rendered()


def test_a_document_of_another_shape_is_found() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(DOCUMENTS["campaigns import"])
    for wrong in ({"id": "1"}, {}, {"id": 1, "more": 2}):
        with pytest.raises(ValidationError):
            adapter.validate_json(json.dumps(wrong), strict=True)


async def test_each_command_prints_its_shape(
    mailer: Mailer, site: Site, relay: Relay, tmp_path: Path
) -> None:
    seen = set()

    async def run(words: str, *arguments: str) -> None:
        """Run a command, and compare what it prints with its shape."""
        how = "--json-lines" if words in LINES else "--json"
        ran = await asyncio.to_thread(mailer, *words.split(), *arguments, how)
        assert ran.code == 0, ran.err
        adapter: TypeAdapter[Any] = TypeAdapter(DOCUMENTS[words])
        printed = ran.out.splitlines() if words in LINES else [ran.out]
        assert printed
        for each in printed:
            adapter.validate_json(each, strict=True)
        seen.add(words)

    script(relay, {ED: FULL})
    await asyncio.to_thread(mailer, "suppressions", "add", "a@b.example", *DETAIL)
    await run("campaigns import", str(campaigning.write(tmp_path)))
    await run("campaigns approve", "1", "--by", "head-of-unit")
    await run("campaigns schedule", "1", "--at", "2097-05-04T10:00Z", *BY)
    await run("campaigns unschedule", "1", *BY)
    await run("campaigns approve", "1", "--by", "head-of-unit")
    await run("campaigns audience", "1")
    await run("campaigns release", "1", *BY)
    await run("campaigns pause", "1", *BY)
    await run("campaigns resume", "1", *BY)
    await delivering.work(delivering.tuned(site))
    await run("campaigns resend", "1", *BY)
    await run("campaigns resend", "1", "--apply", "--expect", "1", *BY)
    await run("campaigns report", "1")
    await run("messages list", "--campaign", "1")
    await run("campaigns cancel", "1", "--yes", *BY)
    await run("campaigns erratum", "1", *BY)
    await run("campaigns list")
    for words in OTHERS:
        await run(*words)

    assert seen == set(DOCUMENTS)
