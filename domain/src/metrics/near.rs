//! The known name that a misspelt one was meant to be.

/// The nearest, if one is near enough to be meant.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given: String = given.chars().take(60).collect::<String>().to_lowercase();
    let score = |name: &str| strsim::jaro_winkler(&given, name);
    known.into_iter().max_by(|a, b| score(a).total_cmp(&score(b))).filter(|name| score(name) > 0.8)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_understood_and_another_word_is_not() {
        let known = ["days_since_last_order", "last_order_date", "name"];
        assert_eq!(nearest("days_since_last_ordr", known), Some("days_since_last_order"));
        assert_eq!(nearest("LastOrderDate", known), Some("last_order_date"));
        assert_eq!(nearest("tags", known), None);
    }
}
