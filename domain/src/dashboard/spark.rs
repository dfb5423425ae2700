//! A spark line: the shape of a month in the corner of a card, as the path of an SVG 88 wide and 32 high.

use std::fmt::Write;

const WIDTH: f64 = 88.0;
const HEIGHT: f64 = 32.0;
/// Room for half of the stroke.
const EDGE: f64 = 2.0;

/// The line through what is known, broken where it is not; none with fewer than two values.
pub fn path(values: &[Option<f64>]) -> Option<String> {
    let known = || values.iter().flatten().copied();
    if known().count() < 2 {
        return None;
    }
    let (least, most) =
        known().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), v| (least.min(v), most.max(v)));
    #[expect(clippy::cast_precision_loss, reason = "a drawing")]
    let step = (WIDTH - 2.0 * EDGE) / (values.len() - 1) as f64;
    let height = |value: f64| {
        if most > least { EDGE + (HEIGHT - 2.0 * EDGE) * (most - value) / (most - least) } else { HEIGHT / 2.0 }
    };
    let mut path = String::new();
    let mut x = EDGE;
    let mut before = false;
    for (at, value) in values.iter().enumerate() {
        if let Some(value) = value {
            let _ = write!(path, "{}{x:.1} {:.1}", if before { 'L' } else { 'M' }, height(*value));
            // A day between two gaps is a dot.
            if !before && values.get(at + 1).is_none_or(Option::is_none) {
                path.push_str("h.1");
            }
        }
        before = value.is_some();
        x += step;
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greater_is_higher_and_the_line_fills_its_box() {
        assert_eq!(path(&[Some(1.0), Some(3.0), Some(2.0)]).unwrap(), "M2.0 30.0L44.0 2.0L86.0 16.0");
        assert_eq!(path(&[Some(7.0), Some(7.0)]).unwrap(), "M2.0 16.0L86.0 16.0");
    }

    #[test]
    fn a_gap_breaks_the_line() {
        assert_eq!(
            path(&[Some(0.0), None, Some(1.0), Some(0.0), None, Some(1.0)]).unwrap(),
            "M2.0 30.0h.1M35.6 2.0L52.4 30.0M86.0 2.0h.1"
        );
    }

    #[test]
    fn one_value_is_no_line() {
        assert_eq!(path(&[None, None, Some(1.0)]), None);
        assert_eq!(path(&[]), None);
    }
}
