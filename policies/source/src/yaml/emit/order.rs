//! The order of keys.

use std::cmp::Ordering;

/// The order in which go-yaml v2 writes the keys of a map: other characters before letters, runs of digits by their value.
///
/// Whether a character is a letter follows Rust's tables, which also count some marks that Go's do not.
#[must_use]
pub fn natural_order(left: &str, right: &str) -> Ordering {
    compare(left, right, |_| false)
}

/// The order in which go-yaml v3, and so `toYamlPretty`, writes them: after digits, letters come first.
#[must_use]
pub fn pretty_order(left: &str, right: &str) -> Ordering {
    compare(left, right, |before: Option<char>| before.is_some_and(is_digit))
}

/// Sorts entries by their keys in one of these orders.
///
/// Neither is an order in the strict sense (`0x`, `1.` and `009` go in a circle), which the standard library's sorting may not survive.
#[must_use]
pub fn sort_by_key<T>(entries: Vec<T>, order: fn(&str, &str) -> Ordering, key: impl Fn(&T) -> &str) -> Vec<T> {
    let mut runs: Vec<Vec<T>> = Vec::new();
    for entry in entries {
        match runs.last_mut() {
            Some(run) if run.len() < SHORT_RUN => {
                let place = run.iter().rposition(|earlier| order(key(earlier), key(&entry)).is_le()).map_or(0, |place| place + 1);
                run.insert(place, entry);
            }
            Some(_) | None => runs.push(vec![entry]),
        }
    }
    while runs.len() > 1 {
        let mut rest = runs.into_iter();
        let mut merged = Vec::new();
        while let Some(left) = rest.next() {
            let right = rest.next().unwrap_or_default();
            merged.push(merge(left, right, |left, right| order(key(left), key(right)).is_le()));
        }
        runs = merged;
    }
    runs.pop().unwrap_or_default()
}

/// How long the runs are that are sorted one entry after the other.
const SHORT_RUN: usize = 16;

fn merge<T>(left: Vec<T>, right: Vec<T>, in_order: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        let next = if in_order(first, second) { left.next() } else { right.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

fn is_letter(character: char) -> bool {
    character.is_alphabetic() && !character.is_numeric()
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

fn compare(left: &str, right: &str, letters_first: impl Fn(Option<char>) -> bool) -> Ordering {
    let common = left.chars().zip(right.chars()).take_while(|(left, right)| left == right).map(|(character, _)| character.len_utf8()).sum();
    let (before, left) = left.split_at_checked(common).unwrap_or((left, ""));
    let right = right.get(common..).unwrap_or_default();
    let (Some(first), Some(second)) = (left.chars().next(), right.chars().next()) else {
        return left.len().cmp(&right.len());
    };
    match (is_letter(first), is_letter(second)) {
        (true, true) => first.cmp(&second),
        (true, false) if letters_first(before.chars().next_back()) => Ordering::Less,
        (false, true) if letters_first(before.chars().next_back()) => Ordering::Greater,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => compare_numbers(before, left, right).then(first.cmp(&second)),
    }
}

/// Compares the runs of digits that two texts start with: by value, then by length.
fn compare_numbers(before: &str, left: &str, right: &str) -> Ordering {
    // A zero within a number is no leading one: both numbers then count as if a 1 stood before them.
    let has_zero = left.starts_with('0') || right.starts_with('0');
    let head = i64::from(has_zero && before.chars().rev().take_while(|&character| is_digit(character)).any(|digit| digit != '0'));
    let number = |text: &str| {
        let digits = text.bytes().take_while(u8::is_ascii_digit);
        digits.fold((head, 0), |(value, length): (i64, usize), digit| {
            (value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0')), length + 1)
        })
    };
    number(left).cmp(&number(right))
}
