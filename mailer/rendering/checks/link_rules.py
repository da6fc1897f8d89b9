"""Checks the links of a text: where each leads, and the words that say so."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.markup import addresses
from mailer.rendering.markup.markdown import Reference

# Link texts without a meaning of their own; screen readers list links by their texts.
_POINTING = {
    *("here", "click here", "this link", "link"),
    *("ici", "cliquez ici", "ce lien", "lien"),
    *("aquí", "haga clic aquí", "este enlace", "enlace"),
    *("هنا", "اضغط هنا", "انقر هنا", "الرابط"),
    *("здесь", "тут", "нажмите здесь", "ссылка"),
    *("这里", "此处", "点击这里", "点击此处", "链接"),
}
# These do as the label of a button below a title.
VAGUE = _POINTING | {"more", "en savoir plus", "más", "المزيد", "подробнее", "更多"}
_CUT = re.compile(  # a bare address up to a sign within it, before an Asian letter
    r"(?<![<(\[])(?:https?://|www\.)[!-;=?-~]{0,500}?(?<=[/=?&#%+_-])"
    r"(?=(?P<rest>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]{1,8}))",
    re.IGNORECASE,
)
_SCHEMES = ("https://", "mailto:", "tel:")
_MAILBOX = re.compile(r"[^\s@]{1,64}@[^\s@.]{1,63}\.[^\s@]{1,190}")
_STOP = re.compile(
    r"(?:[.,;:!…]|%E3%80%8[12]|%EF%BC%8C|%EF%BC%9[AB]|%D8%8C|%E2%80%A6|[。、，；：،])$",
    re.IGNORECASE,
)
_FILTERED = re.compile(  # links as they stand in a received or found text
    r"https://(?:[\w.-]+\.safelinks\.protection\.outlook\.com/"
    r"|urldefense(?:\.proofpoint)?\.com/|protect-[\w-]+\.mimecast\.com/"
    r"|www\.google\.[\w.]+/url\?|l\.facebook\.com/l\.php)",
    re.IGNORECASE,
)
_PAGE = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


def check(reference: Reference, language: str, where: str) -> Iterator[Problem]:
    """Yield the problems of one link."""
    shown = reference.value.strip().partition("\n")[0][:60]
    words = " ".join(reference.words.split())
    if not reference.value.lower().startswith(_SCHEMES):
        instead = addresses.instead(shown)
        what = f"the link {shown!r} is not https, mailto or tel{instead}"
        yield problem.error(language, where, what)
    elif wrong := fault(reference.value):
        yield problem.error(language, where, f"the link {shown!r} {wrong}")
    elif not words:
        what = f"the link {shown!r} has no words; write [words]({shown})"
        yield problem.error(language, where, what)
    elif _bare(words) in VAGUE:
        what = f"the link text “{words}” does not say where the link leads"
        yield problem.warning(language, where, what)
    elif odd := doubtful(reference.value):
        yield problem.warning(language, where, f"the link {shown!r} {odd}")
    elif _MAILBOX.fullmatch(words) and not _is_to(reference.value, words):
        what = f"the link text “{words[:60]}” leads to {addresses.in_words(shown)}"
        yield problem.warning(language, where, f"{what}; correct one of the two")
    elif _PAGE.fullmatch(words) and _host(words) != _host(reference.value):
        what = (
            f"the link text “{words[:60]}” leads to {_host(reference.value)}; mail"
            " programs warn of such links, so write what the page is"
        )
        yield problem.warning(language, where, what)


def check_cut(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and a sentence for each bare address that letters follow.

    Chinese has no space after an address, so nothing says where this one ends.
    """
    for found in _CUT.finditer(text):
        what = f"the address {found[0][:60]} may end before or after {found['rest']}"
        advice = "put a space after its end, or write it as <https://…>"
        yield text.count("\n", 0, found.start()), f"{what}; {advice}"


def points(label: str) -> bool:
    """Return whether the label of a button only points at itself, such as “here”."""
    return _bare(label) in _POINTING


def _bare(words: str) -> str:
    return words.lower().strip(" .:»›>")


def fault(address: str) -> str:
    """Return what is wrong with an address that has a scheme; "" if nothing is."""
    if "&amp;" in address or "&#38;" in address:
        return "has &amp; as HTML writes &; write & alone"
    scheme, _, rest = address.partition(":")
    if scheme.lower() != "https":
        return "" if rest.strip() else "leads nowhere; write the whole address"
    try:
        parts = urlsplit(address)
        host, user = parts.hostname, parts.username
    except ValueError:
        host, user = None, None
    if user:
        return "has a name or password before its site; remove it"
    if not host or not _is_a_name(host):
        return "names no site; write the whole address, such as https://example.org"
    return ""


def _is_a_name(host: str) -> bool:
    """Return whether a host has a label before and after each point, or is of IPv6."""
    return ":" in host or all(host.removesuffix(".").split("."))


def doubtful(address: str) -> str:
    """Return why an address is hardly the one that is meant; "" if nothing says so."""
    if _STOP.search(address):
        return f"ends with {unquote(address)[-1]!r}; remove it if it ends a sentence"
    if _FILTERED.match(address):
        return (
            "is that of a mail program’s filter, and may name you; open it, and copy"
            " the address of the page"
        )
    return ""


def _is_to(address: str, mailbox: str) -> bool:
    scheme, _, rest = address.partition(":")
    return scheme.lower() != "mailto" or unquote(rest).lower().startswith(
        mailbox.lower()
    )


def _host(address: str) -> str:
    whole = address if "://" in address else f"https://{address}"
    try:
        return addresses.host(addresses.encoded(whole))
    except ValueError:
        return ""
