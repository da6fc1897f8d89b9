"""Every noun of the command `mailer`: its module, and its sentence in the help."""

from mailer.cli.deferred import CommandPlace

NOUNS = {
    "audit": CommandPlace(
        "mailer.cli.record.audit",
        "Show the record of acts, verify that it is whole, and anchor its end.",
    ),
    "backup": CommandPlace(
        "mailer.cli.site.backup",
        "Back up store, settings, templates and campaigns; DESTINATION: folder "
        "or file.",
    ),
    "calendar": CommandPlace(
        "mailer.cli.writing.calendar",
        "Show what is planned in a year, as text, iCalendar or a web page.",
    ),
    "campaigns": CommandPlace(
        "mailer.cli.campaigns.verbs",
        "Write, approve, schedule, send and count campaigns.",
    ),
    "compact": CommandPlace(
        "mailer.cli.site.upgrade",
        "Give the room that deleted rows left in a SQLite store back to the disk.",
        "compact",
    ),
    "completion": CommandPlace(
        "mailer.cli.completion",
        "Print what completes the words of `mailer` in a shell: bash, zsh or fish.",
    ),
    "contacts": CommandPlace(
        "mailer.cli.people.contacts",
        "Import, list, show, change and export contacts.",
    ),
    "demo": CommandPlace(
        "mailer.cli.site.demo",
        "Make a sample site, send the monthly letter in six languages, and report.",
    ),
    "directory": CommandPlace(
        "mailer.cli.people.directory",
        "Write the lists of NGOs, focal points, experts and offices as documents.",
    ),
    "doctor": CommandPlace(
        "mailer.cli.site.doctor",
        "Check settings, secrets, disk, store, clock, relays, signing and the DNS.",
    ),
    "feedback": CommandPlace(
        "mailer.cli.running.feedback",
        "Read the replies of relays, and the mails that come back.",
    ),
    "go": CommandPlace(
        "mailer.cli.site.stop",
        "End a stop: campaigns, ticker and workers go on where they were.",
        "go",
    ),
    "history": CommandPlace(
        "mailer.cli.record.history",
        "Show who did what, and when, newest first; times are in site.zone.",
    ),
    "inbox": CommandPlace(
        "mailer.cli.running.inbox",
        "Run a mail server that keeps each message as a file in MAILDIR/new.",
    ),
    "init": CommandPlace(
        "mailer.cli.site.init",
        "Make a new site: config.toml, templates, secrets and the store.",
    ),
    "keys": CommandPlace(
        "mailer.cli.site.keys",
        "Make and replace the keys that sign, and show their DNS records.",
    ),
    "kit": CommandPlace(
        "mailer.cli.site.kit",
        "Write units for systemd, samples for nginx and Apache, and lines for the DNS.",
    ),
    "messages": CommandPlace(
        "mailer.cli.running.messages",
        "List messages with their states, and settle uncertain ones.",
    ),
    "metrics": CommandPlace(
        "mailer.cli.running.metrics",
        "Print the numbers of a site in the text format of Prometheus.",
    ),
    "move": CommandPlace(
        "mailer.cli.site.move",
        "Move the store to another database, and prove that nothing differs.",
    ),
    "offices": CommandPlace(
        "mailer.cli.words.sectors", "List and change the field offices.", "offices"
    ),
    "organisations": CommandPlace(
        "mailer.cli.people.organisations",
        "List, show, change and export organisations.",
    ),
    "proposals": CommandPlace(
        "mailer.cli.directory.proposals",
        "List corrections that organisations ask for, and record decisions.",
    ),
    "replies": CommandPlace(
        "mailer.cli.returning.replies",
        "List and show answers to letters, file them, and count those to invitations.",
    ),
    "restore": CommandPlace(
        "mailer.cli.site.restore",
        "Restore a site from ARCHIVE into an empty folder and store.",
    ),
    "resume-after-restore": CommandPlace(
        "mailer.cli.site.resume_after_restore",
        "Show what was due since the backup, and let messages leave the site again.",
    ),
    "roles": CommandPlace(
        "mailer.cli.words.roles",
        "List and change what contacts may be at their organisations.",
    ),
    "schedule": CommandPlace(
        "mailer.cli.writing.schedule",
        "Try a cadence in words, in English or French.",
    ),
    "sectors": CommandPlace(
        "mailer.cli.words.sectors",
        "List and change the sectors of the Secretariat.",
        "sectors",
    ),
    "segments": CommandPlace(
        "mailer.cli.directory.segments",
        "Show which readers a rule picks. RULE is an expression or a saved "
        "rule's name.",
    ),
    "series": CommandPlace(
        "mailer.cli.writing.series",
        "List, add and change recurring mailings; show their next instants.",
    ),
    "serve": CommandPlace(
        "mailer.cli.running.serve",
        "Run pages, console, ticker and delivery in one process, until stopped.",
    ),
    "stop": CommandPlace(
        "mailer.cli.site.stop",
        "Stop every campaign, ticker and worker of this site, until `mailer go`.",
    ),
    "suppressions": CommandPlace(
        "mailer.cli.directory.suppressions",
        "List, export, add and lift suppressed addresses.",
    ),
    "tasks": CommandPlace(
        "mailer.cli.returning.tasks",
        "List contacts that were lost or are back, ask who follows, and finish tasks.",
    ),
    "templates": CommandPlace(
        "mailer.cli.writing.templates",
        "Compare the templates of the site with this version's, and take newer ones.",
    ),
    "themes": CommandPlace(
        "mailer.cli.words.themes",
        "List and change what organisations work on and letters are about.",
    ),
    "tick": CommandPlace(
        "mailer.cli.running.tick",
        "Release the campaigns that are due, and read due lists again, until stopped.",
    ),
    "topics": CommandPlace(
        "mailer.cli.words.topics",
        "List and change what readers may subscribe to.",
    ),
    "upgrade": CommandPlace(
        "mailer.cli.site.upgrade",
        "Bring the store of an older version to the schema of this version.",
    ),
    "users": CommandPlace(
        "mailer.cli.site.users",
        "List, add and change the people who use the site, with their roles.",
    ),
    "web": CommandPlace(
        "mailer.cli.running.web",
        "Serve the pages, until stopped.",
    ),
    "words": CommandPlace(
        "mailer.cli.words.words",
        "Show the codes that rules and lists may use, with their names.",
    ),
    "work": CommandPlace(
        "mailer.cli.running.work",
        "Deliver messages, until stopped; SIGTERM finishes those in flight first.",
    ),
}
