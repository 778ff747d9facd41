//! `explain`.

use crate::support::{Ran, program};

fn explain(arguments: &[&str]) -> Ran {
    Ran::of(&mut program(&[&["explain"], arguments].concat()))
}

#[test]
fn a_code_has_a_meaning_and_a_remedy_wherever_it_stands() {
    let ran = explain(&["timeout"]).ended(0);
    assert_eq!(ran.out.matches("remedy ").count(), 2, "of the host, and of a fetch: {}", ran.out);
    let ran = explain(&["https://reuse.coulomb.social/problems/repo-exists", "-o", "json"]).ended(0);
    let problem = &ran.json()["problems"][0];
    assert_eq!((&problem["code"], &problem["status"]), (&"repo-exists".into(), &409.into()));
    assert!(problem["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{ran:?}");
}

#[test]
fn without_a_code_all_are_listed() {
    let ran = explain(&[]).ended(0);
    assert_eq!(ran.out.lines().count(), federation::problem::all().count() + 1);
    assert!(ran.out.starts_with("CODE") && ran.out.contains("\nheld-shrunk"), "{}", ran.out);
}

#[test]
fn a_code_that_is_mistyped_leads_to_the_one_that_was_meant() {
    let ran = explain(&["repo-exist"]).ended(2);
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("there is no code `repo-exist`\nhint: did you mean `repo-exists`?"), "{ran:?}");
    assert!(!explain(&["zzz"]).ended(2).err.contains("did you mean"));
}
