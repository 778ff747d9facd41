//! Pages of lists: how many things one has, and where the next begins. A cursor is opaque to clients; its prefix is its version.

use crate::problem::{Problem, kinds};
use api::Json;
use api::page::Limit;
use federation::limits::MAX_PAGE_BYTES;
use serde::Serialize;
use std::fmt::Display;
use std::io::{self, Write};

/// Most things on a page.
///
/// # Errors
/// `invalid-query` if more are asked for than `max`, or none.
pub fn limit(asked: Option<usize>, Limit { default, max }: Limit) -> Result<usize, Problem> {
    let limit = asked.unwrap_or(default);
    if (1..=max).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::new(&kinds::INVALID_QUERY, format!("`limit` is from 1 to {max}.")))
}

/// The cursor of what comes after `last`.
pub fn cursor_after(last: impl Display) -> String {
    format!("1.{last}")
}

/// What the page before ended with; `None` for the first page.
///
/// # Errors
/// `invalid-query` if it is no cursor.
pub fn ended_with(cursor: Option<&str>) -> Result<Option<&str>, Problem> {
    cursor.map(|cursor| cursor.strip_prefix("1.").ok_or_else(foreign_cursor)).transpose()
}

/// The same in a list of numbers that goes down; more than any number for the first page.
///
/// # Errors
/// `invalid-query` if it is no cursor.
pub fn ended_with_number(cursor: Option<&str>) -> Result<u64, Problem> {
    ended_with(cursor)?.map_or(Ok(u64::MAX), |number| number.parse().map_err(|_| foreign_cursor()))
}

/// A cursor that nobody can have been given.
pub fn foreign_cursor() -> Problem {
    Problem::new(&kinds::INVALID_QUERY, "`cursor` is not one that this hub gave out; begin without it.")
}

/// Cuts a list to the first things that have [`MAX_PAGE_BYTES`] as JSON, at least one; tells whether any was cut off.
pub fn fit<T: Serialize>(list: &mut Vec<T>) -> bool {
    let mut left = MAX_PAGE_BYTES;
    let fits = |thing: &&T| {
        let mut size = Size(0);
        // What cannot be written is told of where it is written.
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

/// Counts what is written.
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

/// Most things that one statement reads for a page.
const BATCH: usize = 128;

/// A page in the making: up to so many things, which have [`MAX_PAGE_BYTES`] together unless one alone has more.
pub struct Filling<K, T> {
    limit: usize,
    bytes: usize,
    last: Option<K>,
    shown: Vec<Json<T>>,
    more: bool,
}

impl<K: Display, T> Filling<K, T> {
    /// An empty page for `limit` things.
    pub fn new(limit: usize) -> Self {
        Self { limit, bytes: 0, last: None, shown: Vec::new(), more: false }
    }

    /// How many things to read next; none once there are more than fit. One more than are shown, so that it is known whether there are more.
    pub fn wants(&self) -> usize {
        if self.more { 0 } else { BATCH.min(self.limit + 1 - self.shown.len()) }
    }

    /// What the page ends with so far.
    pub fn last(&self) -> Option<&K> {
        self.last.as_ref()
    }

    /// Shows one more thing, if there is room; false if there is none.
    ///
    /// # Errors
    /// When it cannot be written, which nothing here does.
    pub fn add(&mut self, thing: K, shown: &impl Serialize) -> Result<bool, Problem> {
        let shown = Json::write(shown)
            .map_err(|e| Problem::new(&kinds::INTERNAL, "The answer cannot be written.").internal(e.to_string()))?;
        let bytes = self.bytes + shown.size() + 1;
        self.more |= self.shown.len() >= self.limit || (bytes > MAX_PAGE_BYTES && !self.shown.is_empty());
        if !self.more {
            self.bytes = bytes;
            self.shown.push(shown);
            self.last = Some(thing);
        }
        Ok(!self.more)
    }

    /// What is shown, and the cursor of the rest, if there is any.
    pub fn done(self) -> (Vec<Json<T>>, Option<String>) {
        let next = self.last.filter(|_| self.more).map(cursor_after);
        (self.shown, next)
    }
}
