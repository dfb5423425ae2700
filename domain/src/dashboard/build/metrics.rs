//! The company's own metrics in words.

use chrono::{DateTime, Utc};

use crate::calendar::ago;
use crate::dashboard::{MetricFigure, MetricTile};
use crate::metrics::{Number, spoken};
use crate::opportunities::words::brief;

pub fn metrics(figures: &[MetricFigure], currency: &str, now: DateTime<Utc>) -> Vec<MetricTile> {
    figures.iter().map(|figure| tile(figure, currency, now)).collect()
}

fn tile(figure: &MetricFigure, currency: &str, now: DateTime<Utc>) -> MetricTile {
    let value = figure.value.as_deref().and_then(Number::parse);
    let stamp = match (figure.computed_at, figure.computed_version) {
        (None, _) => "its first value comes tonight".into(),
        (Some(at), Some(version)) if version != figure.version => {
            format!("v{version}, {}; v{} counts from tonight", ago(at, now), figure.version)
        }
        (Some(at), _) => format!("v{}, {}", figure.version, ago(at, now)),
    };
    MetricTile {
        name: brief(&figure.name, 60),
        href: format!("/metrics/definitions/{}", figure.code),
        value: match value {
            None => spoken::NOTHING.into(),
            Some(value) if figure.is_money => spoken::money(value, currency),
            Some(value) => spoken::plain(value),
        },
        told: brief(&figure.sentence, 160),
        stamp,
    }
}
