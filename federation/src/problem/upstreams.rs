//! Why an upstream is not followed.

kinds! {
    Source:
    UPSTREAM_UNREACHABLE = "upstream-unreachable": "The upstream does not answer",
        "It cannot be reached, or it does not answer as a hub does. What was taken of it stays.",
        "check `url` and the health of that hub; this hub asks again by itself";
    UPSTREAM_ELSEWHERE = "upstream-elsewhere": "The upstream is known by another URL",
        "The hub at `url` says that its public URL is another one, or this hub does not know its own any more. Without them, a ring of hubs cannot be recognised.",
        "give the upstream the URL that the hub names as its own, and configure the public URL of this hub";
    UPSTREAM_BEHIND = "upstream-behind": "The upstream is behind what it said before",
        "A mirror answered that has not followed its primary yet. Nothing is taken until it has.",
        "wait, or give the upstream the URL of the primary";
    UPSTREAM_FALSIFIED = "upstream-falsified": "The upstream's log does not fit its digests",
        "The lines of a revision do not have the digest that the upstream says, or an index has other bytes than its digest. Nothing of it is taken.",
        "tell the operator of that hub; check that nothing between the hubs changes responses";
    UPSTREAM_TOO_LARGE = "upstream-too-large": "The upstream publishes too much",
        "Its list of sources has more than 16 MiB, or this federation has no room for it. Nothing more of it is taken.",
        "follow smaller hubs instead, or remove what this hub does not need";
    HISTORY_REWRITTEN = "history-rewritten": "The upstream has rewritten its history",
        "A revision that this hub has seen has another digest there now, or the newest number is lower than before. What was taken stays, and nothing is taken any more.",
        "find out from its operator why; then set the upstream again, which begins anew, or remove it";
}
