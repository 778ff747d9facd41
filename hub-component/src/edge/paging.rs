//! Pages of lists: how many things one has, and where the next begins. A cursor is opaque to clients; its prefix is its version.

use crate::problem::{Problem, kinds};
use std::fmt::Display;

/// Most things on a page.
///
/// # Errors
/// `invalid-query` if more are asked for than `most`, or none.
pub fn limit(asked: Option<usize>, unless_told: usize, most: usize) -> Result<usize, Problem> {
    let limit = asked.unwrap_or(unless_told);
    if (1..=most).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::new(&kinds::INVALID_QUERY, format!("`limit` is from 1 to {most}.")))
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

/// Cuts a list to a page; gives the cursor of the rest, if there is any.
pub fn cut<T>(list: &mut Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> Option<String> {
    let more = list.len() > limit;
    list.truncate(limit);
    list.last().filter(|_| more).map(cursor)
}
