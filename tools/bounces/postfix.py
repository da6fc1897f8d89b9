"""Bounces and delay notices of Postfix, by its own templates in nine languages."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.header import Header

from tools.bounces.cases import Case
from tools.peers import postfix

MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
myhostname = mx.ngo.example
mynetworks = 127.0.0.0/8
alias_maps =
disable_dns_lookups = yes
relayhost = [127.0.0.1]:{relay}
smtpd_recipient_restrictions = permit_mynetworks, reject
smtp_destination_recipient_limit = 1
delay_warning_time = {warning}
maximal_queue_lifetime = {lifetime}
bounce_queue_lifetime = 1d
queue_run_delay = 2s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
smtp_connection_cache_on_demand = no
bounce_template_file = {folder}/etc/bounce.cf
"""
TEMPLATES = {  # language → subject and first sentence of a failure
    "fr": ("Message non remis", "Votre message n'a pas pu être remis."),
    "de": ("Unzustellbare Nachricht", "Ihre Nachricht konnte nicht zugestellt werden."),
    "es": ("Mensaje no entregado", "Su mensaje no pudo ser entregado."),
    "pt": ("Mensagem devolvida", "A sua mensagem não pôde ser entregue."),
    "it": ("Mancata consegna", "Non è stato possibile consegnare il messaggio."),
    "ru": ("Письмо не доставлено", "Ваше письмо не может быть доставлено."),
    "zh": ("退信通知", "您的邮件无法投递。"),
    "ja": ("配信エラー", "メールを配信できませんでした。"),
}


def _template(language: str) -> str:
    """Return the file of bounce templates for a language; "" for Postfix's own."""
    if language not in TEMPLATES:
        return ""
    subject, sentence = TEMPLATES[language]
    encoded = Header(subject, "utf-8").encode()  # Postfix takes only ASCII here
    return (
        "failure_template = <<EOF\nCharset: utf-8\n"
        f"From: MAILER-DAEMON (Mail Delivery System)\nSubject: {encoded}\n"
        f"Postmaster-Subject: {encoded}\n\n"
        f"{sentence}\n\n$myhostname\nEOF\n"
    )


@contextmanager
def running(relay: int, *, language: str, warning: str, lifetime: str) -> Iterator[int]:
    """Run a Postfix that sends all mail to a port of ours; yield its own port."""
    main = MAIN
    if language not in TEMPLATES:
        main = main.replace("bounce_template_file = {folder}/etc/bounce.cf\n", "")
    values = {"relay": relay, "warning": warning, "lifetime": lifetime}
    files = {"bounce.cf": _template(language)}
    with postfix.started(main, "smtp", files=files, **values) as (_, port):
        yield port


def send(port: int, sender: str, case: Case, letter: bytes, *, ret: str) -> None:
    """Hand a letter to the server, with DSN parameters of RFC 3461."""
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.sendmail(
            sender,
            [case.address],
            letter,
            mail_options=[f"RET={ret}"],
            rcpt_options=["NOTIFY=FAILURE,DELAY"],
        )
