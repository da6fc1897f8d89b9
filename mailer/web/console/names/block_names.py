"""What letter types, blocks and their lines are called on the pages.

What a site adds has its own name: a new type works without an entry here.
"""

from collections.abc import Mapping

# block type → its name, and what it is for
BLOCKS: Mapping[str, tuple[str, str]] = {
    "opening": ("Opening", "The first words: a greeting and what the letter is about."),
    "section": ("Section", "A heading above the blocks that follow it."),
    "note": ("Note", "A framed text that stands out, with a link if you like."),
    "item": ("Date", "Something that takes place: day, hours, place, contact."),
    "action": ("Action", "What an organisation does, where, and what it asks for."),
    "recommendation": ("Recommendation", "A numbered text for those it is meant for."),
    "publication": ("Publication", "A title with the languages it exists in."),
    "table": ("Table", "Rows and columns, also pasted from a spreadsheet."),
    "entry": ("Entry of the reader", "What we hold on the reader’s organisation."),
    "agenda": ("Agenda", "The steps of a meeting with their hours."),
    "button": ("Button", "One link that readers are asked to press."),
    "enclosures": ("Enclosures", "The files that go with the letter, in words."),
    "signature": ("Signature", "Who signs, with function and picture."),
    "letterhead": ("Letterhead", "From whom, to whom, the reference, a logo."),
    "text": ("Text", "Paragraphs, with a heading if you like."),
    "picture": ("Picture", "A picture with its description and caption."),
    "quote": ("Quotation", "Words of a person, with name and function."),
    "columns": ("Columns", "Two short texts beside each other."),
    "people": ("People", "Names with functions and addresses."),
    "video": ("Video", "A picture that leads to a film."),
    "contents": ("Contents", "A list of the letter’s headings."),
    "links": ("Links", "A list of links with a line on each."),
    "partners": ("Partners", "Names of partners with their logos."),
    "notes": ("Footnotes", "Remarks at the end that the text refers to."),
}
# line of a block → its label, and a hint; an empty hint is left out
LINES: Mapping[str, tuple[str, str]] = {
    "title": ("Title", ""),
    "date": ("Day", ""),
    "until": ("Last day", "Only if it lasts more than one day."),
    "time": ("Hours", "15:00, or 15:00 – 16:30, or: all day."),
    "place": ("Place", ""),
    "contact": ("Contact", "A name or an address to write to."),
    "link": ("Link", "An address such as https://… or mailto:…"),
    "label": ("Words of the link", ""),
    "organisation": ("Organisation", "Its official name; it is not translated."),
    "sectors": ("Fields of work", ""),
    "asked": ("What is asked for", ""),
    "number": ("Its number", "Such as 7."),
    "addressees": ("Meant for", "They see it before the others."),
    "languages": ("Exists in", ""),
    "editions": ("Address of each edition", "One for each language it exists in."),
    "weight": ("Importance", ""),
    "deadline": ("To be done by", "Readers see it as the deadline."),
    "name": ("Name", ""),
    "file": ("Picture", "Pictures are added on the page of files."),
    "logo": ("Logo", "Pictures are added on the page of files."),
    "alt": ("Description", "What the picture shows, for those who do not see it."),
    "caption": ("Caption", ""),
    "credit": ("Credit", "Who made the picture."),
    "from": ("From", ""),
    "to": ("To", ""),
    "reference": ("Reference", ""),
    "who": ("Who says it", ""),
    "function": ("Function", ""),
    "text": ("Text", ""),
    "subject": ("Subject", ""),
    "preheader": ("Preheader", ""),
}
# block type and line → the label of a line that means something else there
OF_BLOCKS: Mapping[tuple[str, str], str] = {
    ("signature", "title"): "function",
    ("recommendation", "date"): "deadline",
}
# form of a text → how it is written
FORMS: Mapping[str, str] = {
    "agenda": "One step a line, with its hours: - 15:00 – 15:30 Welcome",
    "table": "One row a line, with | between the cells; or paste from a spreadsheet.",
    "columns": "Two columns, each below a line ## Heading",
    "people": "Each person below a line ## Name: function, then address",
    "links": "One link a line: - [Words](https://…) and a remark",
    "partners": "One logo a line: [![Name](cid:logo.png)](https://…)",
    "notes": "One note a line: 1. Words",
}
TYPES = (  # titles of our letter types
    "Circular letter",
    *("Collective consultation", "Directory update request", "Field-office news"),
    *("Focal points and expert NGOs", "Forum conclusions and recommendations"),
    *("Forum evaluation and follow-up", "Invitation to a dialogue session"),
    *("Monthly letter", "What NGOs do in the field", "Programme information by sector"),
)
WEIGHTS: Mapping[str, str] = {"main": "main button", "second": "second button"}
ADDRESSEES: Mapping[str, str] = {
    "states": "Member States",
    "sectors": "programme sectors",
    "offices": "field offices",
    "ngos": "NGOs",
    "secretariat": "the Secretariat",
}
STRINGS = (
    *(words for pair in BLOCKS.values() for words in pair),
    *(words for pair in LINES.values() for words in pair if words),
    *FORMS.values(),
    *TYPES,
    *WEIGHTS.values(),
    *ADDRESSEES.values(),
)


def line_of(block: str, line: str) -> tuple[str, str]:
    """Return the label and the hint of a line in a type of block; its name if none."""
    return LINES.get(OF_BLOCKS.get((block, line), line), (line, ""))
