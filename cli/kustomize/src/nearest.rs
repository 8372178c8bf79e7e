//! The nearest of the names that are known.

/// A hint that names the nearest one, or all of them.
pub(crate) fn hint(name: &str, known: &[&str]) -> String {
    let mut near: Vec<(usize, &str)> = known.iter().map(|other| (distance(name, other), *other)).collect();
    near.sort_unstable();
    match near.first() {
        Some((distance, other)) if *distance <= 1 + name.len() / 3 => format!("did you mean {other}?"),
        Some(_) | None => format!("known are {}", known.join(", ")),
    }
}

/// How many characters have to change, case aside.
fn distance(left: &str, right: &str) -> usize {
    const LONGEST: usize = 64;
    let chars = |text: &str| text.chars().take(LONGEST).flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (left, right) = (chars(left), chars(right));
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, one) in left.iter().enumerate() {
        let mut before = index;
        let mut last = index + 1;
        let mut next = vec![last];
        for (other, above) in right.iter().zip(row.iter().skip(1)) {
            last = (before + usize::from(one != other)).min(above + 1).min(last + 1);
            before = *above;
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
