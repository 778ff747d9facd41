//! Output for programs.

use std::process::Stdio;
use std::sync::mpsc::channel;

use crate::support::{Answer, Hub, Ran, page, program, registration};

#[test]
fn yaml_is_the_same_object() {
    let hub = Hub::answering([page(&[registration("a", "failed")], 1, None)]);
    let ran = Ran::against(&hub.url(), &["hub", "list", "-o", "yaml"]).ended(0);
    for line in ["repos:", "total: 1", "next: null"] {
        assert!(ran.out.lines().any(|it| it == line), "{line} in {}", ran.out);
    }
    assert!(ran.out.contains("repo: a\n"), "{}", ran.out);
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let (go, told) = channel();
    let hub = Hub::answering([Answer::When(told, page(&[registration("a", "fresh")], 1, None).into_bytes())]);
    let mut list = program(&["hub", "list", "-o", "json", "--base-url", &hub.url()]);
    let mut child = list.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    go.send(()).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap()).ended(0);
    assert_eq!(ran.err, "");
}

#[test]
fn a_full_disk_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let hub = Hub::answering([page(&[registration("a", "fresh")], 1, None)]);
    let mut list = program(&["hub", "list", "--base-url", &hub.url()]);
    let child = list.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap()).ended(1);
    assert!(ran.err.starts_with("error: standard output cannot be written to\n"), "{ran:?}");
}

#[test]
fn completions_name_the_verbs_of_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = Ran::of(&mut program(&["completions", shell])).ended(0);
        assert!(ran.out.contains("deregister") && ran.out.contains("serve"), "{shell}");
    }
}
