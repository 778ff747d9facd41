//! The direction of dependencies: compares the `use` lines and internal paths of every crate with what `docs/architecture.md` allows.

mod modules;

use super::tools::output;
use anyhow::{Context as _, Result, ensure};
use modules::Crate;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The crates, with the workspace crates that each may use.
const CRATES: [(&str, &[&str]); 6] = [
    ("federation", &[]),
    ("api", &["federation"]),
    ("store", &["federation"]),
    ("hub-component", &["federation", "api", "store"]),
    ("runtime", &["federation", "api"]),
    ("cli", &["federation", "api", "store", "runtime"]),
];

/// The modules of the hub, with the modules that each may use.
const HUB: [(&str, &[&str]); 11] = [
    ("log", &[]),
    ("ports", &[]),
    ("problem", &["ports"]),
    ("hub", &["log", "ports", "problem"]),
    ("edge", &["hub", "log", "ports", "problem"]),
    ("openapi", &["edge", "problem"]),
    ("routes", &["edge", "hub", "openapi", "ports", "problem"]),
    ("pages", &["edge", "hub", "openapi", "ports", "problem"]),
    ("mcp", &["edge", "hub", "ports", "problem"]),
    ("router", &["edge", "hub", "mcp", "openapi", "pages", "ports", "problem", "routes"]),
    ("spin", &["hub", "ports", "router"]),
];

/// The first cycle among these dependencies, as a list of names.
fn circle(arrows: &BTreeMap<(String, String), String>) -> Option<Vec<String>> {
    let mut left: BTreeSet<&(String, String)> = arrows.keys().collect();
    loop {
        let sources: BTreeSet<&String> = left.iter().map(|(from, _)| from).collect();
        let targets: BTreeSet<&String> = left.iter().map(|(_, to)| to).collect();
        let before = left.len();
        // A node without outgoing or incoming edges is on no cycle.
        left.retain(|(from, to)| sources.contains(to) && targets.contains(from));
        if left.len() == before {
            break;
        }
    }
    let mut on: Vec<String> = left.iter().map(|(from, _)| from.clone()).collect();
    on.dedup();
    (!on.is_empty()).then_some(on)
}

#[test]
fn crates_use_what_they_may() -> Result<()> {
    for (name, may) in CRATES {
        let manifest = fs::read_to_string(Path::new(ROOT).join(name).join("Cargo.toml"))?;
        let own = manifest.split("[dev-dependencies]").next().unwrap_or_default();
        for (other, _) in CRATES {
            let uses = own
                .lines()
                .any(|line| line.starts_with(&format!("{other}.")) || line.starts_with(&format!("{other} ")));
            ensure!(!uses || may.contains(&other), "{name} may not depend on {other}");
        }
    }
    Ok(())
}

#[test]
fn no_front_of_the_hub_uses_another() -> Result<()> {
    let arrows = Crate::read(&Path::new(ROOT).join("hub-component"))?.between_children(&[]);
    for ((from, to), example) in &arrows {
        let may = HUB.iter().find(|(name, _)| name == from).map(|(_, may)| *may);
        let may = may.with_context(|| format!("`{from}` is in no layer"))?;
        ensure!(may.contains(&to.as_str()), "{example}: `{from}` may not use `{to}`");
    }
    ensure!(arrows.contains_key(&("routes".to_owned(), "hub".to_owned())), "no arrow was found at all");
    Ok(())
}

#[test]
fn the_architecture_lists_the_same_layers() -> Result<()> {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/architecture.md"))?;
    let table = page.split("Inside `hub-component/`:").nth(1).context("no table of the hub's modules")?;
    let mut listed = BTreeMap::new();
    let rows = table.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    for row in rows {
        let cells: Vec<&str> = row.split(" | ").collect();
        let [modules, .., may] = cells.as_slice() else { continue };
        for module in quoted(modules) {
            listed.insert(module.trim_end_matches(".rs").trim_end_matches('/'), quoted(may));
        }
    }
    assert_eq!(listed, HUB.map(|(name, may)| (name, may.to_vec())).into());
    Ok(())
}

/// The texts in backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn there_are_no_circles() -> Result<()> {
    let mut circles = Vec::new();
    for (name, _) in CRATES {
        let modules = Crate::read(&Path::new(ROOT).join(name))?;
        for folder in modules.folders() {
            let arrows = modules.between_children(&folder);
            if let Some(on) = circle(&arrows) {
                let examples: Vec<&String> =
                    arrows.iter().filter(|((a, b), _)| on.contains(a) && on.contains(b)).map(|(_, it)| it).collect();
                circles.push(format!("{name}/{}: {examples:#?}", folder.join("/")));
            }
        }
    }
    ensure!(circles.is_empty(), "{}", circles.join("\n"));
    Ok(())
}

/// The cycles of a crate with these modules.
fn circles_of(modules: &[(&str, &str)]) -> Vec<Vec<String>> {
    let name = |path: &str| path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let crate_ = Crate::of(&modules.iter().map(|(path, text)| (name(path), (*text).to_owned())).collect());
    crate_.folders().iter().filter_map(|folder| circle(&crate_.between_children(folder))).collect()
}

#[test]
fn circles_of_relative_paths_are_seen() {
    let between = vec![vec![String::new(), "child".to_owned()]];
    for (parent, child) in [
        ("mod child; fn a() { child::b() }", "use super::X;"),
        ("mod child; fn a() { self::child::b() }", "fn b(x: super::X) {}"),
        ("mod child; use child::b; fn a() { b() }", "use crate::parent::X;"),
        ("pub mod child; pub use child::Y; fn a(y: Y) {}", "fn b() { super::a() }"),
        ("pub mod child; pub use child::Y as Z; const A: Z = Z::new();", "use super::{A};"),
    ] {
        assert_eq!(circles_of(&[("", ""), ("parent", parent), ("parent::child", child)]), between, "{parent}");
    }
}

#[test]
fn a_parent_that_only_gathers_is_in_no_circle() {
    let none: Vec<Vec<String>> = Vec::new();
    let parent = "mod a; pub mod b; pub use a::{A}; pub(crate) use b::B as C;";
    assert_eq!(
        circles_of(&[("p", parent), ("p::a", "pub struct A;"), ("p::b", "use super::A; fn b() { super::a::f() }")]),
        none
    );
    assert_eq!(circles_of(&[("p", "use a::A;"), ("p::a", "use crate::c::X;"), ("c", "fn a() { d::p::f() }")]), none);
    // Children see what their parent imports: `super::A` is in `a`.
    assert_eq!(circles_of(&[("p", "use a::A; fn f(a: A) {}"), ("p::a", ""), ("p::b", "use super::A;")]), none);
}

/// Words that only the source files of one place have.
const ONLY_IN: [(&str, &str); 6] = [
    ("spin_sdk", "hub-component/src/spin/"),
    ("granit_parser", "federation/src/yaml/events.rs"),
    (" FROM ", "store/src/"),
    ("INSERT INTO ", "store/src/"),
    ("\"UPDATE ", "store/src/"),
    ("DELETE FROM ", "store/src/"),
];

#[test]
fn each_outside_thing_has_its_place() -> Result<()> {
    let listed = output(Command::new("git").current_dir(ROOT).args(["ls-files", "*/src/*.rs"]))?;
    let mut found = BTreeSet::new();
    for file in listed.lines().filter(|file| !file.contains("tests")) {
        let text = fs::read_to_string(Path::new(ROOT).join(file)).with_context(|| file.to_owned())?;
        let program = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (word, place) in ONLY_IN.iter().filter(|(word, _)| program.contains(word)) {
            ensure!(file.starts_with(place), "{file} has `{word}`, which belongs into {place}");
            found.insert(word);
        }
    }
    ensure!(found.len() == ONLY_IN.len(), "only {found:?} were found at all");
    Ok(())
}

/// Clippy measures functions; nothing else measures files.
#[test]
fn no_file_is_longer_than_300_lines() -> Result<()> {
    let listed = output(Command::new("git").current_dir(ROOT).args(["ls-files", "*.rs"]))?;
    ensure!(listed.lines().count() > 500, "{listed}");
    for file in listed.lines() {
        let lines = fs::read_to_string(Path::new(ROOT).join(file)).with_context(|| file.to_owned())?.lines().count();
        ensure!(lines <= 300, "{file} has {lines} lines");
    }
    Ok(())
}
