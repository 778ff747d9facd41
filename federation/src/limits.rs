//! The limits on all external input, in one place, so that the hub, the CLI, the
//! documentation and the tests agree on them.

use std::time::Duration;

/// Largest index as sent, before its content encoding is removed: 8 MiB.
pub const MAX_WIRE_BYTES: usize = 8 * 1024 * 1024;

/// Largest index after decoding: 16 MiB.
pub const MAX_DECODED_BYTES: usize = 16 * 1024 * 1024;

/// Maximum number of members of a gzip file: 1,000. Parallel compressors write one for every 64 KiB or more.
pub const MAX_GZIP_MEMBERS: usize = 1000;

/// Deepest nesting of lists and mappings in a document; the outermost one counts as 1.
pub const MAX_DEPTH: usize = 64;

/// Maximum number of values (scalars, keys, lists, mappings) in a document, after alias expansion. An index at [`MAX_CAPABILITIES`]
/// with 15 plain fields each has 620,000; twice that leaves room for tags and nested fields.
pub const MAX_NODES: usize = 1_250_000;

/// Maximum number of aliases (`*name`) in a document. People use aliases when they write by hand; no real index needs more.
pub const MAX_ALIASES: usize = 100;

/// Maximum number of values that aliases may add to a document, counted when an anchor is stored and again when it is used.
pub const MAX_ALIASED_NODES: usize = 50_000;

/// Maximum number of bytes of text that aliases may add to a document, counted like [`MAX_ALIASED_NODES`].
pub const MAX_ALIASED_BYTES: usize = 4 * 1024 * 1024;

/// Longest single string, key or number in a document: 64 KiB.
pub const MAX_SCALAR_BYTES: usize = 64 * 1024;

/// Maximum number of bytes of all capabilities of a federation in one format: 1 GiB. A source that would exceed this is held.
pub const MAX_FEDERATED_BYTES: u64 = 1024 * 1024 * 1024;

/// Maximum number of conflicts that a document lists: as many as one of the largest indexes has with its copy. The others are counted.
pub const MAX_CONFLICTS: usize = MAX_CAPABILITIES;

/// Maximum number of bytes of the conflicts that a document lists, as JSON: 4 MiB.
pub const MAX_CONFLICT_BYTES: usize = 4 * 1024 * 1024;

/// Maximum number of capabilities in one index; the same number as in `schemas/capability-index.schema.yaml`.
pub const MAX_CAPABILITIES: usize = 20_000;

/// Largest rendered capability of an index, as JSON or as YAML: 1 MiB. Pages of a search
/// and of changes contain whole ones.
pub const MAX_CAPABILITY_BYTES: usize = 1024 * 1024;

/// Largest rendered size of all capabilities of an index, as JSON or as YAML: 32 MiB, twice [`MAX_DECODED_BYTES`].
/// Escapes and indentation make the output larger than the input.
pub const MAX_RENDERED_BYTES: usize = 32 * 1024 * 1024;

/// Maximum number of diagnostics in one verdict; a last `more-diagnostics` entry counts the omitted ones.
pub const MAX_DIAGNOSTICS: usize = 100;

/// Largest list of diagnostics of one verdict as JSON: 64 KiB. A hundred ordinary ones with their lines take 40 KiB.
pub const MAX_DIAGNOSTICS_BYTES: usize = 64 * 1024;

/// The most schema violations that are counted: 1,000. Beyond that, the report says that
/// there are more, but not how many.
pub const MAX_COUNTED_VIOLATIONS: usize = 1000;

/// Maximum number of diagnostics of a source that are stored with their line; the others keep only their position.
pub const MAX_KEPT_SNIPPETS: usize = 20;

/// Largest record of a source as JSON, whatever its index contains: 64 KiB.
pub const MAX_RECORD_BYTES: usize = 64 * 1024;

/// Maximum number of redirects followed for one fetch.
pub const MAX_REDIRECTS: usize = 5;

/// Longest wait for a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest wait for the head of a response, including connecting.
pub const HEADERS_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest fetch, including redirects.
pub const FETCH_TIMEOUT: Duration = Duration::from_secs(30);

/// Largest request body that the hub accepts: 256 KiB.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// Maximum size of an index that is sent to be checked, and of a webhook, in bytes.
pub const MAX_CHECKED_BYTES: usize = 1024 * 1024;

/// Maximum number of domains, and of repos, in a filter.
pub const MAX_FILTER_NAMES: usize = 100;

/// Longest URL, in characters.
pub const MAX_URL_CHARS: usize = 2048;

/// Longest description of a registration, in characters.
pub const MAX_DESCRIPTION_CHARS: usize = 1000;

/// Maximum number of phrasings of one search.
pub const MAX_PHRASINGS: usize = 8;

/// Longest phrasing whose words all count, in characters. What follows is ignored, not refused.
pub const MAX_PHRASING_CHARS: usize = 2000;

/// Maximum number of words in a filter of registrations, each of which is searched for in every registration.
pub const MAX_FILTER_WORDS: usize = 16;

/// Maximum number of bytes of a page of a list or a search: 1 MiB. A larger entry gets a page of its own. The
/// rest follows on the next page.
pub const MAX_PAGE_BYTES: usize = 1024 * 1024;

/// Maximum number of bytes that one statement reads for a page, even if not all are shown: 8 MiB. A larger row is read alone.
pub const MAX_READ_BYTES: usize = 8 * MAX_PAGE_BYTES;
