//! The memory that validating and indexing take, in bytes: in total at most a multiple of the input, whatever the input
//! is, and at any moment at most what an instance has.

#![expect(unsafe_code, reason = "an allocator is unsafe")]

#[path = "../../tests/src/hostile_inputs.rs"]
mod hostile_inputs;

use federation::compose::{Document, Filter, Format, Fragment, conflicts, digest};
use federation::index::check;
use federation::limits::{MAX_CONFLICT_BYTES, MAX_CONFLICTS, MAX_DIAGNOSTICS_BYTES};
use federation::search;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::BTreeMap;

thread_local! {
    static NOW: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static ALL: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator, with a count of what each thread takes.
struct Counting;

fn count(bytes: isize) {
    let now = NOW.get() + bytes;
    NOW.set(now);
    PEAK.set(PEAK.get().max(now));
    ALL.set(ALL.get() + bytes.max(0));
}

// SAFETY: everything is passed on to the system's allocator; the counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Counted as if the old and the new block existed at once, as they do in WebAssembly.
        count(size as isize);
        count(-(layout.size() as isize));
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The bytes that `work` takes in total, and the most at once.
fn cost<T>(work: impl FnOnce() -> T) -> (T, usize, usize) {
    NOW.set(0);
    PEAK.set(0);
    ALL.set(0);
    let done = work();
    (done, ALL.get() as usize, PEAK.get() as usize)
}

const MIB: usize = 1 << 20;

#[test]
fn every_shape_is_judged_within_bounds_and_for_the_right_reason() {
    // The schemas are compiled once.
    check(b"{\"version\":1,\"capabilities\":[{\"id\":\"a.b\"}]}");
    for hostile in hostile_inputs::all().into_iter().chain(hostile_inputs::to_index()) {
        let (name, text) = (hostile.name, hostile.text);
        let (verdict, all, peak) = cost(|| check(text.as_bytes()));
        let reason = verdict.diagnostics.iter().find(|found| found.is_error()).map(|found| found.code.as_str());
        println!("{name}: {} KiB, in all {} MiB, at once {} MiB", text.len() >> 10, all / MIB, peak / MIB);
        assert_eq!(reason, hostile.code, "{name}: {:?}", verdict.diagnostics.first());
        assert!(all <= 16 * MIB + 256 * text.len(), "{name}: {all} bytes in all");
        assert!(peak <= 320 * MIB, "{name}: {peak} bytes at once");
        assert!(serde_json::to_string(&verdict.diagnostics).unwrap().len() <= MAX_DIAGNOSTICS_BYTES, "{name}");
        assert_eq!(verdict.index.is_none(), hostile.code.is_some(), "{name}");
        let Some(index) = verdict.index else { continue };
        let fragment = Fragment::render("repo", "domain", &index).unwrap();
        assert!(
            fragment.json.len() >= index.sizes.json_bytes && fragment.yaml.len() >= index.sizes.yaml_bytes,
            "{name}"
        );
        drop(index);
        let entries = search::entries(&fragment.json).unwrap();
        let (index, _, peak) = cost(|| search::postings(entries.iter().map(|(entry, _)| entry)));
        let bytes: usize = index.iter().map(|(term, posting)| term.len() + posting.entries.len()).sum();
        println!("{name}: an index of {} MiB, at once {} MiB", bytes / MIB, peak / MIB);
        assert!(bytes <= 8 * MIB + 2 * text.len(), "{name}: an index of {bytes} bytes");
        assert!(peak <= 96 * MIB, "{name}: {peak} bytes at once for the index");
    }
}

#[test]
fn what_many_sources_have_in_common_takes_no_more_than_is_listed() {
    let mut random = 1_u64;
    let repos: Vec<String> = (0..80).map(|n| format!("repo-{n:02}")).collect();
    for (length, count) in [(200, 20_000), (12, 60_000)] {
        let ids: Vec<String> = (0..count).map(|n| format!("c.{n:0width$}", width = length - 2)).collect();
        let ((found, before), _, peak) = cost(|| {
            // In any order.
            let mut repos: Vec<&str> = repos.iter().map(String::as_str).collect();
            repos.sort_by_cached_key(|_| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                random
            });
            let repos = if length == 12 { &repos[..2] } else { &repos[..] };
            let found = conflicts(repos.iter().map(|repo| (*repo, ids.iter().map(String::as_str))));
            let document = Document {
                revision: 1,
                digest: digest(&[]),
                composed_at: None,
                filter: Filter::default(),
                sources: Vec::new(),
                conflicts: found.clone(),
                provenance: BTreeMap::new(),
            };
            (found, document.frame(Format::Yaml).unwrap().before)
        });
        println!("{count} ids: {} listed, at once {} MiB", found.listed.len(), peak / MIB);
        let listed: Vec<&String> = found.listed.iter().map(|conflict| &conflict.id).collect();
        assert_eq!(listed, ids[..listed.len()].iter().collect::<Vec<_>>(), "the first ones by id");
        assert_eq!(listed.len() + found.omitted, count);
        assert!(found.listed.iter().all(|it| it.repos.len() == found.listed[0].repos.len() && it.repos.is_sorted()));
        assert!(before.contains(&format!("conflicts_omitted: {}", found.omitted)), "{:.2000}", before);
        let json = serde_json::to_string(&found.listed).unwrap().len();
        // One extra comma is counted for each.
        let next = listed.len() + json / listed.len();
        assert!(json <= MAX_CONFLICT_BYTES, "{json} bytes");
        assert!(json + next > MAX_CONFLICT_BYTES || listed.len() == MAX_CONFLICTS, "{json} bytes: there is room");
        assert!(peak <= 64 * MIB, "{peak} bytes at once");
    }
}
