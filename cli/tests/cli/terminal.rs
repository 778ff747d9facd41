//! Output for people.

use crate::support::{Answer, Hub, Ran, page, program, registration};
use serde_json::json;

#[test]
fn control_characters_of_the_hub_do_not_reach_the_terminal() {
    let mut hostile = registration("a\u{1b}[2J", "stale");
    hostile["domain"] = "x\r\n\u{9b}31m\u{202e}y".into();
    hostile["status"]["message"] = "\u{1b}]0;title\u{7}".into();
    let body = json!({ "status": 409, "code": "x\u{1b}[0m", "detail": "a\nb", "errors": [{ "message": "\u{8}" }] });
    let hub = Hub::answering([
        page(std::slice::from_ref(&hostile), 1, None),
        Answer::json(200, &hostile),
        Answer::json(409, &body),
    ]);
    let list = Ran::against(&hub.url(), &["hub", "list"]).ended(0);
    let show = Ran::against(&hub.url(), &["hub", "show", "--repo", "a"]).ended(0);
    let refused = Ran::against(&hub.url(), &["hub", "deregister", "--repo", "a"]).ended(1);
    assert!(list.out.contains("a\\u{1b}[2J  x\\r\\n\\u{9b}31m\\u{202e}y  stale"), "{}", list.out);
    assert!(show.out.contains("\\u{1b}]0;title\\u{7}"), "{}", show.out);
    assert_eq!(
        refused.err,
        "error: a\\nb (409 x\\u{1b}[0m)\n  the document: \\u{8}\nhint: the hub explains its codes at /problems; `reuse-surface doctor` compares its version with this one\n"
    );
    for text in [list.out, show.out] {
        assert!(!text.contains(|it: char| it != '\n' && (it.is_control() || it == '\u{202e}')), "{text:?}");
    }
}

#[test]
fn colour_changes_neither_words_nor_columns() {
    let repos = [registration("a", "fresh"), registration("b", "disabled"), registration("c", "failed")];
    let hub = Hub::answering([page(&repos, 3, None), page(&repos, 3, None), page(&repos, 3, None)]);
    let run = |when: &str| Ran::against(&hub.url(), &["hub", "list", "--color", when]).ended(0).out;
    let (always, auto, never) = (run("always"), run("auto"), run("never"));
    assert!(always.contains("\u{1b}[32mfresh\u{1b}[0m") && always.contains("\u{1b}[31mfailed\u{1b}[0m"), "{always:?}");
    assert_eq!(auto, never);
    let mut bare = always;
    for escape in ["\u{1b}[31m", "\u{1b}[32m", "\u{1b}[39m", "\u{1b}[0m"] {
        bare = bare.replace(escape, "");
    }
    assert_eq!(bare, never);
}

#[test]
fn the_colour_flag_beats_no_color() {
    let hub = Hub::answering([]);
    let mut list = program(&["hub", "list", "--color", "always", "--base-url", &hub.url()]);
    let closed = hub.asked();
    assert!(closed.is_empty());
    let ran = Ran::of(list.env("NO_COLOR", "1")).ended(3);
    assert!(ran.err.starts_with("\u{1b}[31merror\u{1b}[0m: "), "{ran:?}");
}
