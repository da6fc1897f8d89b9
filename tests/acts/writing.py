"""Draws the campaign files that people write: every block, line, language and mark.

`right` texts have only what letters allow. Others have a slip or more in them, such as
a mark of another program.
"""

from hypothesis import strategies as st

from audiences.languages import OFFERED
from mailer.rendering import letter_types
from tools.samples import templates

TYPES = {
    name: each
    for name, each in letter_types.block_types(templates()).items()
    if name != "entry"  # its words are those of the directory
}
PICTURES = ["hall.png", "hall (1).png", "été.png", "logo@2x.png", "a & b's.png"]
WORDS = {
    "en": ["Partners", "the 3rd forum", "“quoted”", "C++", "50 %"],
    "fr": ["l’accord", "« Forum »", "l’été", "50 %", "n° 3"],
    "es": ["el acuerdo", "¿Qué viene?", "«Foro»", "el 50 %", "1.ª reunión"],
    "ru": ["партнёры", "«Форум» — 2027", "50 %", "№ 3", "т. е."],
    "zh": ["各位伙伴", "重要通知（草案）", "《公约》", "6月1日", "，"],
    "ar": ["الشركاء", "«اليونسكو»", "(النص)", "36 C/Res.108", "+33 1 45 68 10 00"],
}
MARKED = (
    "**{}**",
    "{}**{}**{}",
    "**{}：**{}",
    "**{}**{}",
    "{}",
    "{} *{}*",
    "`{}`",
    "`{{name}}`",
    "[{}](https://x.example/a_b)",
    "[{}](https://x.example/my file.pdf)",
    "[{}](mailto:a@x.example?subject=Visit%20us)",
    "[{}](tel:+33 1 45)",
    "https://x.example/b_c_d.",
    "https://müller.example/b",
    "[{}](https://müller.example/é)",
    "[{}](https://例子.测试/页面)",
    "<https://مثال.إختبار/صفحة>",
    "1 234,5 {} 10 %",
    "+33 1 45 68 10 00",
    "www.x.example",
    "a@x.example",
    "{{name}}",
    "{{organisation}}",
    "\\{{{}\\}}",
    "{} &amp; {}",
    "\\*\\*{}\\*\\*",
    "![{}](cid:logo@2x.png)",
    "![{}](cid:hall (1).png)",
    "{}  \n{}",
    "{}\n{}",
    "{} | {}",
    "[{}](https://x.example/A_(b))",
    "**https://x.example**",
    '"{}"',
    '**"{}"** {} -- {}...',
    "l'{} '{}'",
    '{}--{} "[{}](https://x.example/a\'b--c)"',
    '"{}',
)
WRONGLY_MARKED = (
    "** {}**",
    "**{}",
    "__{}__",
    "[{}] (https://x.example/a)",
    "[{}](https://x.example/a",
    "[{}][1]",
    "[](https://x.example/a)",
    "[{}](https://)",
    "[{}]: https://x.example",
    "https://x.example/{{a",
    "{{Name}}",
    "[name]",
    "%name%",
    "~~{}~~",
    "{}[^1]",
    "<b>{}</b>",
    "![](cid:hall.png)",
    "{}\ufffd",
    "{{",
    "*|FNAME|*",
    "[{}]（https://x.example）",
    "＊＊{}＊＊",
    "Ð¼Ð¸Ñ€ {}",
    "[{}]<https://x.example>",
    "〔姓名〕{}",
)
LISTED = (
    "- {}\n- {}",
    "• {}\n• {}",
    "a) {}\nb) {}",
    "1、{}\n2、{}",
    "– {}\n– {}",
    "(i) {}",
    "1. {}\n\n   {}\n\n2. {}",
    "1. {}\n3. {}",
    "3) {}\n4) {}",
    "- {}\n  - {}\n\n  {}",
    "    - {}\n    - {}",
    "1.\u00a0{}\n2.\u00a0{}",
    "١. {}\n٢. {}",
    "> {}\n> {}",
    "## {}",
    "    {}",
    "---",
    "```\n{}\n```",
    "{}\n---",
    "{}",
)
WRONGLY_LISTED = (
    "| {} | {} |\n|---|---|\n| {} | {} |",
    "| {} | {} |\n|---|\n| {} | {} |",
    "##{}",
    "Date: {}",
    "date: 2027-06-15\n{}",
    "#item a",
    "## item b",
    "note: {}",
    "{}\t{}\n{}\t{}",
)
FORMS = {  # of a text → texts that have it
    "any": LISTED,
    "table": (
        "| {} | {} |\n|---|--:|\n| {} | 12 |",
        "{}\t{}\n{}\t{}",
        "| {} | {} |\n|---|---|\n| {} | {} |\n\n{}",
    ),
    "agenda": ("- 9:00 – 10:30 {}\n- 3 pm {}", "• 15 h 30 : {}", "- **9:00** {}"),
    "columns": ("## {}\n\n{}\n\n## {}\n\n{}", "## {}\n![x](cid:hall.png)\n## {}\n{}"),
    "people": ("## {}\n{}\na@x.example", "## {}\n![x](cid:été.png)\n{}\n\n## {}\n{}"),
    "links": ("- [{}](https://x.example)\n- [{}](mailto:a@x.example)",),
    "partners": ("[![{}](cid:hall.png)](https://x.example)",),
    "notes": ("1. {}",),
    "none": ("",),
}
VALUES = {  # of a kind of line → right values
    "day": (
        "2027-06-15",
        "15 June 2027",
        "15 juin 2027",
        "2027年6月15日",
        "15.06.2027",
    ),
    "time": (
        *("15:00", "3 pm", "15 h 30", "10:00 – 11:30", "all day", "下午3点"),
        *("à partir de 15 h", "с 15 до 17 часов", "noon – 1 pm", "целый день"),
    ),
    "link": (
        "https://x.example/a_b",
        "https://x.example/?a=1&b=2",
        "https://müller.example/é",
        "https://例子.测试/页面",
    ),
    "languages": ("en fr", "ar"),
    "addressees": ("ngos", "states offices"),
    "number": ("7",),
    "weight": ("main", "second"),
    "editions": ("en=https://x.example/en fr=https://x.example/fr",),
    "picture": tuple(PICTURES),
}
PLAIN = (
    "{}",
    "{} – {}",
    '"{}" -- l\'{}...',
    "{{organisation}}",
    "{} {{name}}",
    "{}, {}",
    "a@x.example",
)
WRONG_VALUES = (
    "",
    "15/06/2027",
    "tomorrow",
    "25:00",
    "15-00",
    "15:00 heure de Paris",
    "javascript:x",
    "{{Name}}",
    "<b>",
)
NAMED = ("{}: {}", "{}：{}", "- {}: {}", "**{}:** {}", "{} : {}")
WRONGLY_NAMED = ("{} = {}", "{}s: {}", "\\{}: {}", "{}x: {}")
ENDS = ("\n", "\r\n", "\r")


@st.composite
def filled(
    draw: st.DrawFn, pattern: str, language: str, *, right: bool, marked: bool = True
) -> str:
    """Return a pattern with words in its places, with a mark or plain."""
    marks = MARKED if right else MARKED + WRONGLY_MARKED
    plain = st.sampled_from(WORDS[language])
    inside = []
    for _ in range(pattern.replace("{{", "").count("{}")):
        mark = draw(st.sampled_from(marks)) if marked else "{}"
        inside.append(mark.format(*(draw(plain) for _ in range(4))))
    return pattern.format(*inside)


@st.composite
def texts(draw: st.DrawFn, language: str, form: str, *, right: bool) -> str:
    """Return the text of a block: some paragraphs, lists and tables."""
    choices = FORMS[form]
    if not right:
        choices += WRONGLY_LISTED
    marked = form in {"any", "agenda"}
    most = 3 if form == "any" else 1
    pieces = [
        draw(filled(pattern, language, right=right, marked=marked))
        for pattern in draw(
            st.lists(st.sampled_from(choices), min_size=1, max_size=most)
        )
    ]
    return "\n\n".join(pieces)


@st.composite
def lines(draw: st.DrawFn, kind: str, language: str, *, right: bool) -> list[str]:
    """Return the typed lines of a block."""
    fields = dict(TYPES[kind].fields)
    needed = {name for name in TYPES[kind].needs if name in fields}
    wanted = needed | set(
        draw(st.lists(st.sampled_from([*fields, ""]))) if fields else ()
    )
    if {"until", "time"} & wanted:
        wanted.add("date")
    if "label" in wanted:
        wanted.add("link")
    if "file" in fields and {"file", "alt"} & wanted:
        wanted |= {"file", "alt"}
    made = []
    for name, given in fields.items():
        if name not in wanted:
            continue
        value = draw(_value(given, language, right=right))
        shape = "{}: {}" if right else draw(st.sampled_from(NAMED + WRONGLY_NAMED))
        made.append(
            (draw(st.sampled_from(NAMED)) if right else shape).format(name, value)
        )
    return made


@st.composite
def _value(draw: st.DrawFn, kind: str, language: str, *, right: bool) -> str:
    choices = VALUES.get(kind, PLAIN)
    if not right:
        choices += WRONG_VALUES
    return draw(
        filled(draw(st.sampled_from(choices)), language, right=True, marked=False)
    )


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str]:
    """Return a language, and the file of a campaign in it."""
    language = draw(st.sampled_from(OFFERED))
    right = draw(st.integers(0, 3)) > 0
    subject = draw(
        st.sampled_from(["Letter: June", '"Letter: June"', "For {organisation}"])
    )
    written = [f"---\nsubject: {subject}\npreheader: {{name}}\n---"]
    kinds = draw(st.lists(st.sampled_from(sorted(TYPES)), min_size=1, max_size=4))
    if "notes" in kinds:
        written.append("# opening marked\n\nA mark.[^1]")
        kinds = [each for each in kinds if each != "notes"] + ["notes"]
    for number, kind in enumerate(kinds):
        block = [f"# {kind} {kind}{number}", *draw(lines(kind, language, right=right))]
        if TYPES[kind].form != "none":
            block += ["", draw(texts(language, TYPES[kind].form, right=right))]
        written.append("\n".join(block))
    whole = "\n\n".join([*written, "# text last\n\nThe end."])
    start = draw(st.sampled_from(["", "\ufeff"]))
    return language, start + whole.replace("\n", draw(st.sampled_from(ENDS)))
