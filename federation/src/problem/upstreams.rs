//! Why an upstream is not followed.

kinds! {
    Source:
    UPSTREAM_UNREACHABLE = "upstream-unreachable": "The upstream does not respond",
        "It cannot be reached, or its response is not that of a hub. What was taken from it stays.",
        "check `url` and the health of that hub; this hub tries again by itself";
    UPSTREAM_ELSEWHERE = "upstream-elsewhere": "The upstream is known by another URL",
        "The hub at `url` reports a different public URL, or this hub no longer knows its own. Without both URLs, a loop of hubs cannot be detected.",
        "give the upstream the URL that the hub names as its own, and configure the public URL of this hub";
    UPSTREAM_BEHIND = "upstream-behind": "The upstream has fallen behind",
        "A mirror responded that has not caught up with its primary yet. Nothing is taken until it has.",
        "wait, or give the upstream the URL of the primary";
    UPSTREAM_FALSIFIED = "upstream-falsified": "The upstream's log does not match its digests",
        "The lines of a revision do not have the digest that the upstream states, or the bytes of an index do not match its digest. Nothing is taken from it.",
        "tell the operator of that hub; check that nothing between the hubs changes responses";
    UPSTREAM_TOO_LARGE = "upstream-too-large": "The upstream publishes too much",
        "Its list of sources is larger than 16 MiB, or this federation has no room for it. Nothing more is taken from it.",
        "follow smaller hubs instead, or remove what this hub does not need";
    HISTORY_REWRITTEN = "history-rewritten": "The upstream has rewritten its history",
        "A revision that this hub has seen now has another digest there, or the newest revision number is lower than before. What was taken stays, but nothing more is taken.",
        "ask its operator why; then set the upstream again, which starts afresh, or remove it";
}
