"""Three receivers that check signatures, none of them ours; keys are given, not asked.

`dkimpy` is a library, Mail::DKIM a module of Perl, opendkim the program of many mail
servers. Each returns whether it believes every signature of the message.
"""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import dkim

_PERL = r"""
use strict; use Mail::DKIM::Verifier; use Mail::DKIM::DNS;
my %keys; open(my $k, '<', $ARGV[0]) or die;
while (<$k>) { chomp; my ($name, $text) = split / /, $_, 2; $keys{$name} = $text }
{ no warnings 'redefine'; *Mail::DKIM::DNS::query = sub {
    my ($name) = @_; return bless { text => $keys{$name} }, 'Local::Record' } }
package Local::Record; sub type { 'TXT' } sub char_str_list { ($_[0]{text}) }
sub txtdata { $_[0]{text} }
package main; local $/; open(my $m, '<:raw', $ARGV[1]) or die;
my $verifier = Mail::DKIM::Verifier->new(); $verifier->PRINT(<$m>); $verifier->CLOSE;
print $_->result_detail, "\n" for $verifier->signatures;
"""

Records = Mapping[str, str]  # name in the DNS → text


def dkimpy(message: bytes, records: Records, _folder: Path) -> bool:
    """Ask dkimpy, signature by signature."""

    def text(name: bytes, timeout: int = 5) -> bytes:
        del timeout
        return records[name.decode().rstrip(".")].encode()

    verifier = dkim.DKIM(message)
    count = message.count(b"DKIM-Signature:")
    return all(verifier.verify(idx=number, dnsfunc=text) for number in range(count))


def mail_dkim(message: bytes, records: Records, folder: Path) -> bool:
    """Ask Mail::DKIM."""
    keys, mail = _files(message, records, folder)
    said = subprocess.run(
        [shutil.which("perl") or "/usr/bin/perl", "-e", _PERL, keys, mail],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    return set(said) == {"pass", ""}


def opendkim(message: bytes, records: Records, folder: Path) -> bool:
    """Ask opendkim, as a mail server would run it."""
    keys, mail = _files(message, records, folder)
    settings = folder / "opendkim.conf"
    settings.write_text(f"Mode v\nTestPublicKeys {keys}\n")
    program = shutil.which("opendkim") or "/usr/sbin/opendkim"
    said = subprocess.run(
        [program, "-x", settings, "-v", "-t", mail],
        check=True,
        capture_output=True,
        text=True,
    )
    return "succeeded" in said.stdout + said.stderr


def _files(message: bytes, records: Records, folder: Path) -> tuple[Path, Path]:
    keys, mail = folder / "keys.txt", folder / "message.eml"
    keys.write_text("".join(f"{name} {text}\n" for name, text in records.items()))
    mail.write_bytes(message)
    return keys, mail
