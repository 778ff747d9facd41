//! What English words mean, as directions in a space in which words of similar meaning lie close together: for 22,083
//! stems, 128 numbers and a weight. [Decision 0101](../../../../docs/decisions/0101-what-words-mean.md) says where the table comes from.

/// The number of stems, then where each begins in the text of all (and where that ends), as little-endian numbers of four
/// bytes; the text, sorted; for each stem its weight and [`DIMENSIONS`] numbers of four bits, the lower half first.
static TABLE: &[u8] = include_bytes!("meanings.bin");

/// Numbers of a direction.
pub const DIMENSIONS: usize = 128;

/// Bytes of a number before the text.
const NUMBER_BYTES: usize = 4;

/// Bytes of a stem's weight and direction.
const RECORD_BYTES: usize = 1 + DIMENSIONS / 2;

/// What a stem means: how much it says, from 1 to 255, and its direction, each number from -8 to 7. None if it is not in the table.
pub fn meaning(stem: &str) -> Option<(i32, impl Iterator<Item = i32> + use<>)> {
    let count = number(0)?;
    let text = (count + 2) * NUMBER_BYTES;
    let records = text + number(count + 1)?;
    let (mut first, mut end) = (0, count);
    while first < end {
        let middle = usize::midpoint(first, end);
        let found = TABLE.get(text + number(1 + middle)?..text + number(2 + middle)?)?;
        match found.cmp(stem.as_bytes()) {
            std::cmp::Ordering::Less => first = middle + 1,
            std::cmp::Ordering::Greater => end = middle,
            std::cmp::Ordering::Equal => {
                let (weight, direction) =
                    TABLE.get(records + middle * RECORD_BYTES..)?.get(..RECORD_BYTES)?.split_first()?;
                let numbers = direction.iter().flat_map(|byte| [byte & 15, byte >> 4]).map(|it| i32::from(it) - 8);
                return Some((i32::from(*weight), numbers));
            }
        }
    }
    None
}

fn number(at: usize) -> Option<usize> {
    let bytes = TABLE.get(at * NUMBER_BYTES..)?.first_chunk::<NUMBER_BYTES>()?;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_every_stem_of_the_table_is_found() {
        let count = number(0).unwrap();
        let text = (count + 2) * NUMBER_BYTES;
        assert_eq!(TABLE.len(), text + number(count + 1).unwrap() + count * RECORD_BYTES);
        for at in 1..=count {
            let stem = std::str::from_utf8(&TABLE[text + number(at).unwrap()..text + number(at + 1).unwrap()]).unwrap();
            let (weight, direction) = meaning(stem).unwrap();
            assert!(weight > 0 && direction.count() == DIMENSIONS, "{stem}");
        }
        for unknown in ["", "a", "zzzz", "größe"] {
            assert!(meaning(unknown).is_none(), "{unknown}");
        }
    }
}
