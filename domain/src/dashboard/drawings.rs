//! All drawings of the dashboard's figures, and the long table beside one of them. They are kept beside the figures: drawing costs more than reading them again.

use super::bars::{self, Layer};
use super::{Dashboard, MonthValue, by_day, pie};
use crate::money::Money;

/// SVGs and table lines of ours without any text of the source; empty where there is nothing to draw.
#[derive(Debug)]
pub struct Drawings {
    pub pie: String,
    pub months: String,
    pub timeline: String,
    pub by_day: String,
    pub day_lines: String,
}

impl Drawings {
    pub fn of(figures: &Dashboard) -> Drawings {
        Drawings {
            pie: pie(figures),
            months: months(figures),
            timeline: timeline(figures),
            by_day: by_day(figures),
            day_lines: by_day::lines(figures),
        }
    }
}

fn pie(figures: &Dashboard) -> String {
    let counts: Vec<i64> = pie::slices(&figures.status_distribution).iter().map(|slice| slice.count).collect();
    if counts.is_empty() { String::new() } else { pie::svg(&counts).unwrap_or_default() }
}

fn months(figures: &Dashboard) -> String {
    let layer = |name, pick: fn(&MonthValue) -> Money| Layer {
        name,
        values: figures.value_by_month.iter().map(|month| pick(month).minor() as f64 / 100.0).collect(),
    };
    let labels = figures.value_by_month.iter().map(|month| month.month.format("%b").to_string()).collect();
    bars::svg(labels, vec![layer("booked", |month| month.booked), layer("quoted", |month| month.quoted)], 650.0)
        .unwrap_or_default()
}

fn timeline(figures: &Dashboard) -> String {
    let labels = figures.timeline.iter().map(|day| day.date.format("%a %-d").to_string()).collect();
    let values = figures.timeline.iter().map(|day| number(day.count)).collect();
    bars::svg(labels, vec![Layer { name: "changes", values }], 440.0).unwrap_or_default()
}

fn by_day(figures: &Dashboard) -> String {
    let layers: Vec<Layer> = by_day::groups(figures)
        .iter()
        .map(|group| Layer {
            name: "opportunities",
            values: figures.by_day.iter().map(|day| number(by_day::count(day, group))).collect(),
        })
        .collect();
    if layers.is_empty() {
        return String::new();
    }
    let labels = figures.by_day.iter().map(|day| day.date.format("%-d %b").to_string()).collect();
    bars::svg(labels, layers, 1130.0).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "a drawing; the numbers are in the table")]
fn number(count: i64) -> f64 {
    count as f64
}
