//! `hub register --from-git`.

use crate::support::{Answer, Hub, Place, Ran, index, program, registration};
use serde_json::json;
use std::process::Command;

const INDEX: &str = "registry/indexes/capabilities.yaml";
const REMOTE: &str = "git@gitea.example.org:team/My-Repo.git";
const RAW: &str = "https://gitea.example.org/team/My-Repo/raw/branch/main/registry/indexes/capabilities.yaml";

/// Runs git here, as nobody in particular.
fn git(place: &Place, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.arg("-C").arg(place.path("")).args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(arguments);
    let output = git.env("GIT_CONFIG_GLOBAL", "/dev/null").output().expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

/// A clone whose branch `main` has been pushed, as far as git knows.
fn clone() -> Place {
    let place = Place::new();
    place.write(INDEX, &format!("domain: tools\n{}", index("a", 0..1)));
    git(&place, &["init", "--quiet", "--initial-branch", "main"]);
    git(&place, &["remote", "add", "origin", REMOTE]);
    commit(&place);
    git(&place, &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    place
}

fn commit(place: &Place) {
    git(place, &["add", "--all"]);
    git(place, &["commit", "--quiet", "--message", "A change"]);
}

fn register(place: &Place, hub: &str, more: &[&str]) -> Ran {
    let mut register = program(&[&["hub", "register", "--from-git", "--base-url", hub], more].concat());
    let path = std::env::var_os("PATH").expect("a search path");
    Ran::of(register.current_dir(place.path("registry")).env("PATH", path).env("GIT_CONFIG_GLOBAL", "/dev/null"))
}

/// What is sent to the hub, and what is said about it.
fn derived(place: &Place, more: &[&str]) -> (serde_json::Value, String) {
    let hub = Hub::answering([Answer::json(201, &registration("a", "fresh"))]);
    let ran = register(place, &hub.url(), more).ended(0);
    (hub.asked()[0].json(), ran.err)
}

/// The error where nothing can be derived.
fn refused(place: &Place, more: &[&str]) -> String {
    register(place, "http://127.0.0.1:9", more).ended(2).err
}

#[test]
fn name_url_and_domain_come_from_remote_branch_and_index() {
    let (body, said) = derived(&clone(), &[]);
    assert_eq!(body, json!({ "repo": "my-repo", "url": RAW, "domain": "tools" }));
    let shown = format!("--repo my-repo --url {RAW} --domain tools\n");
    assert!(said.contains(&shown) && !said.contains("warning"), "{said}");
}

#[test]
fn what_is_given_wins() {
    let place = clone();
    place.write("docs/own.yaml", &index("a", 0..1));
    let more = ["--repo", "mine", "--domain", "d", "--forge", "gitlab", "--branch", "x/y", "--index", "docs/own.yaml"];
    let (body, _) = derived(&place, &more);
    let url = "https://gitea.example.org/team/My-Repo/-/raw/x/y/docs/own.yaml";
    assert_eq!(body, json!({ "repo": "mine", "url": url, "domain": "d" }));
    let (body, _) = derived(&place, &["--url", "https://example.org/i.yaml"]);
    assert_eq!(body["url"], "https://example.org/i.yaml");
}

#[test]
fn what_the_hub_cannot_see_yet_is_warned_of() {
    let place = clone();
    place.write(INDEX, &format!("domain: tools\n{}", index("a", 0..2)));
    assert!(derived(&place, &[]).1.contains("warning: registry/indexes/capabilities.yaml has uncommitted changes"));
    commit(&place);
    assert!(derived(&place, &[]).1.contains("has commits that were not pushed to origin"));
    git(&place, &["checkout", "--quiet", "-b", "feature/x"]);
    git(&place, &["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    let (body, said) = derived(&place, &[]);
    assert!(body["url"].as_str().is_some_and(|url| url.contains("/raw/branch/feature/x/registry/")), "{body}");
    assert!(said.contains("branch feature/x was not pushed to origin"), "{said}");
    assert!(said.contains("but the default branch of origin is main"), "{said}");
}

#[test]
fn what_cannot_be_derived_is_refused_with_a_remedy() {
    let place = clone();
    git(&place, &["checkout", "--quiet", "--detach"]);
    assert!(refused(&place, &[]).contains("hint: set --branch"));
    git(&place, &["checkout", "--quiet", "main"]);

    git(&place, &["remote", "set-url", "origin", "git@git.example.org:o/r.git"]);
    assert!(refused(&place, &[]).contains("the software of git.example.org is unknown\nhint: set --forge"));
    git(&place, &["remote", "set-url", "origin", "https://me:s3cret-token@github.com/o/r.git"]);
    assert!(refused(&place, &[]).contains("the remote `origin` contains credentials\nhint: remove them"));
    git(&place, &["remote", "set-url", "origin", "/srv/r.git"]);
    assert!(refused(&place, &[]).contains("is not a web address"));
    git(&place, &["remote", "remove", "origin"]);
    assert!(refused(&place, &[]).contains("has no remote `origin`"));

    git(&place, &["remote", "add", "origin", REMOTE]);
    place.write(INDEX, &index("a", 0..1));
    assert!(refused(&place, &[]).contains("has no domain\nhint: set --domain"));
    assert!(refused(&place, &["--index", "../x"]).contains("there is no index `../x` in the repository"));
    std::fs::remove_file(place.path(INDEX)).expect("the index is there");
    assert!(refused(&place, &[]).contains("hint: create registry/indexes/capabilities.yaml"));

    let elsewhere = Place::new();
    elsewhere.write("registry/x", "");
    assert!(refused(&elsewhere, &[]).contains("this directory is not in a git work tree"));
}

#[test]
fn flags_of_git_need_from_git() {
    let ran = Ran::of(&mut program(&["hub", "register", "--repo", "a", "--forge", "gitea"])).ended(2);
    assert!(ran.err.contains("--from-git"), "{ran:?}");
}
