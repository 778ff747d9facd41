//! Output for programs.

use crate::support::{Answer, Hub, Ran, page, program, registration};
use std::process::Stdio;
use std::sync::mpsc::channel;

#[test]
fn yaml_is_the_same_object() {
    let answer = || page(&[registration("a", "failed")], 1, None);
    let hub = Hub::answering([answer(), answer()]);
    let json = Ran::against(&hub.url(), &["hub", "list", "-o", "json"]).ended(0).json();
    let yaml = Ran::against(&hub.url(), &["hub", "list", "-o", "yaml"]).ended(0).out;
    assert!(yaml.starts_with("repos:\n- repo: a\n  url: https://example.org/a.yaml\n"), "{yaml}");
    assert_eq!(federation::yaml::to_string(&json).unwrap(), yaml);
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
