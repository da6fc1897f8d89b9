"""Commands on what comes back: quarantine, replies, tasks, reports of others."""
