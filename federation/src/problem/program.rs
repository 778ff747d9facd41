//! What the program itself reports to an agent, where the hub cannot.

kinds! {
    Program:
    HUB_UNREACHABLE = "hub-unreachable": "The hub cannot be reached",
        "`reuse-surface mcp` runs, but the hub that it passes calls on to does not respond.",
        "check whether the hub is running and whether --base-url or REUSE_SURFACE_URL of `reuse-surface mcp` is its URL, then call again";
}
