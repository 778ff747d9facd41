//! Pages of lists: how many items a page has, and where the next page begins. A cursor is opaque to clients; its prefix is its version.

use crate::problem::{Problem, kinds};
use api::Json;
use api::page::Limit;
use federation::limits::MAX_PAGE_BYTES;
use serde::Serialize;
use std::fmt::Display;
use std::io::{self, Write};

/// The maximum number of items on a page.
///
/// # Errors
/// `invalid-query` if the client asks for none or for more than `max`.
pub fn limit(asked: Option<usize>, Limit { default, max }: Limit) -> Result<usize, Problem> {
    let limit = asked.unwrap_or(default);
    if (1..=max).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::new(&kinds::INVALID_QUERY, format!("`limit` must be from 1 to {max}.")))
}

/// The cursor of the page that begins after `last`.
pub fn cursor_after(last: impl Display) -> String {
    format!("1.{last}")
}

/// The last item of the previous page; `None` for the first page.
///
/// # Errors
/// `invalid-query` if the text is not a cursor.
pub fn key_of_cursor(cursor: Option<&str>) -> Result<Option<&str>, Problem> {
    cursor.map(|cursor| cursor.strip_prefix("1.").ok_or_else(foreign_cursor)).transpose()
}

/// As [`key_of_cursor`], for a list of descending numbers; for the first page, a number above all others.
///
/// # Errors
/// `invalid-query` if the text is not a cursor.
pub fn number_of_cursor(cursor: Option<&str>) -> Result<u64, Problem> {
    key_of_cursor(cursor)?.map_or(Ok(u64::MAX), |number| number.parse().map_err(|_| foreign_cursor()))
}

/// The problem of a cursor that this hub cannot have issued.
pub fn foreign_cursor() -> Problem {
    Problem::new(&kinds::INVALID_QUERY, "`cursor` was not issued by this hub; start again without it.")
}

/// Cuts a list to the first items that fit into [`MAX_PAGE_BYTES`] as JSON, but at least one. Returns whether any item was cut off.
pub fn fit<T: Serialize>(list: &mut Vec<T>) -> bool {
    let mut left = MAX_PAGE_BYTES;
    let fits = |thing: &&T| {
        let mut size = Size(0);
        // An item that cannot be serialised causes an error when the page is written.
        let _ = serde_json::to_writer(&mut size, thing);
        let room = left.checked_sub(size.0 + 1);
        left = room.unwrap_or_default();
        room.is_some()
    };
    let shown = list.iter().take_while(fits).count().max(1);
    let more = list.len() > shown;
    list.truncate(shown);
    more
}

/// Counts the bytes written.
struct Size(usize);

impl Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Maximum number of items that one statement reads for a page.
const ROWS_PER_STATEMENT: usize = 128;

/// A page that is being filled, up to a number of items and [`MAX_PAGE_BYTES`]. One item that is larger by itself is still shown.
pub struct PageBuilder<K, T> {
    limit: usize,
    bytes: usize,
    last: Option<K>,
    shown: Vec<Json<T>>,
    more: bool,
}

impl<K: Display, T> PageBuilder<K, T> {
    /// An empty page for `limit` items.
    pub fn new(limit: usize) -> Self {
        Self { limit, bytes: 0, last: None, shown: Vec::new(), more: false }
    }

    /// How many items to read next; none once there are more than fit. One more item is read than is shown, to know whether there is a next page.
    pub fn wants(&self) -> usize {
        if self.more { 0 } else { ROWS_PER_STATEMENT.min(self.limit + 1 - self.shown.len()) }
    }

    /// The last item on the page so far.
    pub fn last(&self) -> Option<&K> {
        self.last.as_ref()
    }

    /// Adds one more item if there is room; false if there is none.
    ///
    /// # Errors
    /// If the item cannot be serialised, which does not happen for any list of the hub.
    pub fn add(&mut self, thing: K, shown: &impl Serialize) -> Result<bool, Problem> {
        let shown = Json::write(shown)
            .map_err(|e| Problem::new(&kinds::INTERNAL, "The response cannot be written.").internal(e.to_string()))?;
        let bytes = self.bytes + shown.size() + 1;
        self.more |= self.shown.len() >= self.limit || (bytes > MAX_PAGE_BYTES && !self.shown.is_empty());
        if !self.more {
            self.bytes = bytes;
            self.shown.push(shown);
            self.last = Some(thing);
        }
        Ok(!self.more)
    }

    /// The items of the page, and the cursor of the next page, if there is one.
    pub fn done(self) -> (Vec<Json<T>>, Option<String>) {
        let next = self.last.filter(|_| self.more).map(cursor_after);
        (self.shown, next)
    }
}
