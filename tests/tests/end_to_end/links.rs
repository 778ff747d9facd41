//! Links between the pages of this repository, and to its files, are valid.

use anyhow::{Context as _, Result, ensure};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const FOLDERS: [&str; 7] = [".", "deploy", "docs", "fuzz", "schemas", "specs", "tools"];

/// The Markdown files in a directory and, unless it is the root of the repository, below it.
fn pages(folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            into.push(path);
        } else if path.is_dir() && folder != Path::new(ROOT).join(".") {
            pages(&path, into)?;
        }
    }
    Ok(())
}

/// The lines of a page that are not code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

/// The anchor that forges generate for a heading.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || ['-', '_', ' '].contains(c);
    heading.trim().to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The anchors of a page; a repeated heading gets a number.
fn anchors(text: &str) -> HashSet<String> {
    let mut seen = HashMap::new();
    let headings = prose(text).filter(|line| line.starts_with('#')).map(|line| anchor(line.trim_start_matches('#')));
    let mut numbered = |name: String| {
        let times = seen.entry(name.clone()).and_modify(|times| *times += 1).or_insert(0);
        if *times == 0 { name } else { format!("{name}-{times}") }
    };
    headings.map(&mut numbered).collect()
}

fn targets(text: &str) -> Vec<String> {
    let of_line = |line: &str| -> Vec<String> {
        line.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())).collect()
    };
    prose(text).flat_map(of_line).filter(|link| !link.contains("://") && !link.contains(' ')).collect()
}

#[test]
fn every_link_within_the_repository_leads_somewhere() -> Result<()> {
    let mut all = Vec::new();
    for folder in FOLDERS {
        pages(&Path::new(ROOT).join(folder), &mut all)?;
    }
    let (mut seen, mut wrong) = (0, Vec::new());
    for page in &all {
        let text = fs::read_to_string(page)?;
        for link in targets(&text) {
            let (path, fragment) = link.split_once('#').unwrap_or((&link, ""));
            let to = if path.is_empty() { page.clone() } else { page.parent().context("a folder")?.join(path) };
            let is_there = match fragment {
                "" => to.exists(),
                fragment => fs::read_to_string(&to).is_ok_and(|text| anchors(&text).contains(fragment)),
            };
            if !is_there {
                wrong.push(format!("{}: {link}", page.display()));
            }
            seen += 1;
        }
    }
    ensure!(wrong.is_empty(), "{wrong:#?}");
    ensure!(seen > 200, "{seen}");
    Ok(())
}
