"""Bounces of Exim, from Debian's package; it need only be unpacked somewhere."""

import os
import shutil
import subprocess
from pathlib import Path

from tools.bounces.cases import Case

CONFIGURATION = """primary_hostname = mx.ngo.example
exim_user = mail
exim_group = mail
exim_path = {folder}/exim
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
trusted_users = root
never_users =
deliver_drop_privilege = true
keep_environment =
disable_ipv6 = true
{more}
begin routers
all:
  driver = manualroute
  route_list = * 127.0.0.1::{relay}
  self = send
  transport = out
begin transports
out:
  driver = smtp
  hosts_try_dane =
begin retry
* *
"""
USERS = "root:x:0:0:::/bin/sh\nmail:x:8:8:::/bin/sh\nDebian-exim:x:8:8:::/bin/sh\n"
GROUPS = "root:x:0:\nmail:x:8:\nDebian-exim:x:8:\n"
FRENCH = """Subject: Échec de la remise du message
****
Ce message a été créé automatiquement par le logiciel de courrier.

Le message que vous avez envoyé n'a pas pu être remis à l'adresse suivante :

****
Le texte que les serveurs ont renvoyé :

****
------ Ceci est une copie du message, en-têtes compris. ------
****
------ Le corps du message fait plus de $bounce_return_size_limit octets. ------
****
------ Ceci est une copie des en-têtes du message. ------
****
"""
SETTINGS = {  # name → what the configuration has more
    "plain": "",
    "headers": "bounce_return_body = false",
    "short": "bounce_return_message = false",
    "french": "bounce_message_file = {folder}/french",
}


class Exim:
    """An unpacked Exim with a spool of its own. Needs root."""

    def __init__(self, unpacked: Path, folder: Path, relay: int, setting: str) -> None:
        self.folder = folder
        for name in ("spool", "log"):
            (folder / name).mkdir(parents=True)
            os.chown(folder / name, 8, 8)
        folder.chmod(0o755)
        libraries = unpacked / "usr/lib/x86_64-linux-gnu"
        (folder / "passwd").write_text(USERS)
        (folder / "group").write_text(GROUPS)
        (folder / "french").write_text(FRENCH, "utf-8")
        (folder / "exim").write_text(
            f"#!/bin/sh\nexport LD_LIBRARY_PATH={libraries}"
            f" LD_PRELOAD={libraries}/libnss_wrapper.so"
            f" NSS_WRAPPER_PASSWD={folder}/passwd NSS_WRAPPER_GROUP={folder}/group\n"
            f'exec {folder}/exim4 -C {folder}/conf "$@"\n'
        )
        (folder / "exim").chmod(0o755)
        # a copy without setuid, which would ignore the libraries beside it
        shutil.copyfile(unpacked / "usr/sbin/exim4", folder / "exim4")
        (folder / "exim4").chmod(0o755)
        more = SETTINGS[setting].format(folder=folder)
        (folder / "conf").write_text(
            CONFIGURATION.format(folder=folder, relay=relay, more=more)
        )

    def send(self, sender: str, case: Case, letter: bytes) -> None:
        """Have a letter delivered; its bounce follows at once."""
        subprocess.run(
            [str(self.folder / "exim"), "-odf", "-f", sender, case.address],
            input=letter,
            check=True,
            timeout=60,
        )
