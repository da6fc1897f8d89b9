"""A DNS server on the loopback interface that answers from a table."""

import asyncio
from typing import cast

import dns.message
import dns.rdatatype
import dns.rrset


class Zone(asyncio.DatagramProtocol):
    """Answers with the records it has: (name, type) → texts."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}

    @property
    def server(self) -> tuple[str, int]:
        """Return the address that it listens on."""
        host, port = self.transport.get_extra_info("sockname")
        return str(host), int(port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport for the answers."""
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one query."""
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        name = question.name.to_text(omit_final_dot=True)
        if texts := self.records.get((name, kind)):
            answer.answer.append(
                dns.rrset.from_text(question.name, 60, "IN", kind, *texts)
            )
        self.transport.sendto(answer.to_wire(), addr)
