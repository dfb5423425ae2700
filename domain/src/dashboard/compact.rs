//! The same drawing in fewer bytes: a page carries each one twice, as markup and in the answer that its WASM begins with.

use charts_rs::compact_svg;

/// Takes out what nobody reads or sees (the data of each mark, bars without height) and writes the rest short. For drawings
/// whose texts are ours: one that held ` data-` would lose what follows it.
pub fn compact(svg: &str) -> String {
    let flat = |line: &&str| line.starts_with("<rect") && line.contains(" height=\"0\"");
    let seen: Vec<&str> = svg.lines().filter(|line| !flat(line)).collect();
    compact_svg(&without_data(&seen.join("\n")))
}

fn without_data(svg: &str) -> String {
    let mut parts = svg.split(" data-");
    let first = parts.next().unwrap_or_default();
    // name="value" and what follows.
    parts.fold(first.to_owned(), |kept, part| kept + part.splitn(3, '"').nth(2).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_lose_their_data_and_flat_bars_are_gone() {
        let svg = "<svg width=\"9\" height=\"9\" viewBox=\"0 0 9 9\" xmlns=\"http://www.w3.org/2000/svg\">\n\
            <rect x=\"1\" y=\"9\" width=\"2\" height=\"0\" rx=\"2\" fill=\"#0072B2\" data-series=\"a\" data-value=\"0\"/>\n\
            <rect x=\"4\" y=\"1\" width=\"2\" height=\"8\" rx=\"2\" fill=\"#0072B2\" data-series=\"a &amp; b\" data-value=\"8\"/>\n\
            <text x=\"1\" y=\"2\">\nDec\n</text>\n</svg>";
        let compact = compact(svg);
        assert_eq!((compact.matches("<rect").count(), compact.matches("data-").count()), (1, 0), "{compact}");
        assert!(compact.contains(">Dec<") && compact.contains("height=\"8\""), "{compact}");
        assert!(compact.to_lowercase().contains("fill=\"#0072b2\""), "{compact}");
    }
}
