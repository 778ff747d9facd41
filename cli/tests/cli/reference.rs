//! `tools/README.md` and the manual pages describe the command line as it is.

use std::fs;

use crate::support::{Place, Ran, program};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tools/README.md");

#[test]
fn the_page_is_what_the_program_prints() {
    let printed = Ran::of(&mut program(&["reference"])).ended(0).out;
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(PAGE, &printed).expect("the page can be written");
    }
    let page = fs::read_to_string(PAGE).expect("the page");
    let differs = page.lines().zip(printed.lines()).find(|(one, other)| one != other);
    assert!(page == printed, "write it anew, as its head says: {differs:?}");
    for part in ["## `reuse-surface hub register`", "- `--from-git`", "## Global options", "Exit codes:"] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let place = Place::new();
    place.run(&["man", "pages/man1"]).ended(0);
    let names = place.names("pages/man1");
    for name in ["reuse-surface.1", "reuse-surface-hub-register.1", "reuse-surface-doctor.1", "reuse-surface-explain.1"]
    {
        assert!(names.iter().any(|known| known == name), "{name} is not in {names:?}");
    }
    let page = place.read("pages/man1/reuse-surface-hub-register.1");
    assert!(page.contains(".SH SYNOPSIS") && page.contains("from\\-git"), "{page}");
    place.write("file", "");
    assert!(place.run(&["man", "file/below"]).ended(2).err.contains("cannot be written"));
}
