//! The status pie, drawn on the host. Names stay outside of the drawing: a legend in HTML carries them, so that no text of
//! the source is ever part of it.

use charts_rs::{PieChart, Series};

use super::StatusCount;
use super::compact::compact;

/// Shares beyond this many are drawn as one: more hues cannot be told apart (`reference/product.md`, D2).
pub const MOST: usize = 5;

/// A part of the pie: one status, or what is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    pub name: String,
    pub count: i64,
    /// The statuses in it; none stands for records without one.
    pub codes: Vec<Option<i32>>,
}

/// The counts that get a slice of their own, and the sum of the others as the last: at most [`MOST`].
pub fn slices(counts: &[StatusCount]) -> Vec<Slice> {
    let named =
        |count: &StatusCount| Slice { name: count.status.clone(), count: count.count, codes: vec![count.status_code] };
    if counts.len() <= MOST {
        return counts.iter().map(named).collect();
    }
    let (own, rest) = counts.split_at(MOST - 1);
    let other = Slice {
        name: format!("Other ({})", rest.len()),
        count: rest.iter().map(|count| count.count).sum(),
        codes: rest.iter().map(|count| count.status_code).collect(),
    };
    own.iter().map(named).chain([other]).collect()
}

/// An SVG without texts, animations, styles or ids. Colours are the light theme's; the stylesheet maps them for the dark one.
pub fn svg(shares: &[i64]) -> Option<String> {
    let colours = ["#0072b2", "#d55e00", "#009e73", "#aa3377", "#7a7a85"];
    #[expect(clippy::cast_precision_loss, reason = "a drawing; the numbers are in the legend")]
    let series =
        shares.iter().enumerate().map(|(index, share)| Series::new(index.to_string(), vec![*share as f32])).collect();
    let mut chart = PieChart::new_with_theme(series, "light");
    chart.series.colors = colours.into_iter().map(Into::into).collect();
    chart.background_color = (0, 0, 0, 0).into();
    chart.width = 210.0;
    chart.height = 210.0;
    chart.margin = 0.0.into();
    chart.radius = 84.0;
    chart.inner_radius = 52.0;
    chart.rose_type = Some(false);
    chart.border_radius = Some(0.0);
    chart.legend.show = Some(false);
    // Slices narrower than this get no label: none does.
    chart.min_show_label_angle = 361.0;
    // charts-rs leaves a tenth of the width free on each side; the page needs none of it.
    Some(compact(&chart.svg().ok()?).replace("viewBox=\"0 0 210 210\"", "viewBox=\"20 20 170 170\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;

    fn counts(numbers: &[i64]) -> Vec<StatusCount> {
        let count = |(index, count): (usize, &i64)| StatusCount {
            status: format!("<b>{index}"),
            status_code: None,
            count: *count,
            value: Money::default(),
        };
        numbers.iter().enumerate().map(count).collect()
    }

    #[test]
    fn what_has_no_slice_of_its_own_is_summed() {
        let slices = slices(&counts(&[9, 8, 7, 6, 5, 4, 3]));
        let other = Slice { name: "Other (3)".into(), count: 12, codes: vec![None; 3] };
        assert_eq!(slices.last(), Some(&other));
        assert_eq!(slices.iter().map(|slice| slice.count).sum::<i64>(), 42);
        assert_eq!(super::slices(&counts(&[1, 2])).len(), 2);
    }

    #[test]
    fn the_drawing_holds_no_text_and_no_style() {
        let svg = svg(&[86, 58, 47, 31, 23]).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("viewBox=\"20 20 170 170\""), "{svg}");
        for word in ["<text", "style", "<script", "id=", "NaN"] {
            assert!(!svg.contains(word), "{word}: {svg}");
        }
        assert_eq!(svg.matches("<path").count(), 5, "{svg}");
    }
}
