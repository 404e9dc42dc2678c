//! "Did you mean": the nearest of the names that exist.

/// The name that takes the fewest changes of a letter to get to, if they are few for its length. Upper and lower case
/// count as the same letter, and so do not matter as long as there is nothing nearer.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Longer ones are nobody's slip, and the table grows with their square.
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return None;
    }
    let mut best = None;
    let mut fewest = name.len().div_ceil(3) + 1;
    for candidate in names.filter(|candidate| candidate.len() <= LONGEST && *candidate != name) {
        let changes = changes(name.as_bytes(), candidate.as_bytes());
        // All letters changed is no likeness.
        if changes < fewest && changes < candidate.len() {
            fewest = changes;
            best = Some(candidate);
        }
    }
    best
}

/// How many letters have to be put in, left out or replaced (Levenshtein).
fn changes(from: &[u8], to: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(!a.eq_ignore_ascii_case(b));
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn nearest_name() {
        let names = ["order_id", "customer", "lines", "total"];
        for (name, expected) in [
            ("orderid", Some("order_id")),
            ("Customer", Some("customer")),
            ("custmer", Some("customer")),
            ("line", Some("lines")),
            ("totla", Some("total")),
            ("weight", None),
            ("Foo", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, names.into_iter()), expected, "{name}");
        }
        assert_eq!(nearest(&"a".repeat(65), ["a"].into_iter()), None);
    }
}
