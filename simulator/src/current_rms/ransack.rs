//! Ransack's `q[attribute_predicate]=value`, for the attributes and predicates that the account is known to take.
//!
//! As there: a condition over an unknown attribute or with a blank or unreadable value is ignored, and null never
//! matches a comparison.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

use super::facets::{Attribute, Cell, Facets};

/// One `q[…]` condition; true when any of its attributes (`starts_at_or_ends_at_gteq`) passes.
#[derive(Debug)]
pub(crate) struct Condition {
    predicate: Predicate,
    sides: Vec<Side>,
}

#[derive(Debug)]
struct Side {
    attribute: Attribute,
    values: Vec<Operand>,
}

#[derive(Debug, PartialEq, PartialOrd)]
enum Operand {
    Int(i64),
    Text(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Predicate {
    Eq,
    NotEq,
    Lt,
    LtEq,
    Gt,
    GtEq,
    In,
    NotIn,
    Cont,
    NotCont,
    Start,
    End,
    /// Is null, or with a false value is not.
    Null(bool),
    /// Is neither null nor empty, or with a false value is either.
    Present(bool),
    /// Is a number other than 0, or with a false value is 0.
    True(bool),
}

/// Suffixes, the longer before the shorter that it ends in.
const SUFFIXES: &[(&str, Predicate)] = &[
    ("_not_null", Predicate::Null(false)),
    ("_not_cont", Predicate::NotCont),
    ("_present", Predicate::Present(true)),
    ("_not_eq", Predicate::NotEq),
    ("_not_in", Predicate::NotIn),
    ("_blank", Predicate::Present(false)),
    ("_false", Predicate::True(false)),
    ("_start", Predicate::Start),
    ("_null", Predicate::Null(true)),
    ("_true", Predicate::True(true)),
    ("_lteq", Predicate::LtEq),
    ("_gteq", Predicate::GtEq),
    ("_cont", Predicate::Cont),
    ("_end", Predicate::End),
    ("_eq", Predicate::Eq),
    ("_lt", Predicate::Lt),
    ("_gt", Predicate::Gt),
    ("_in", Predicate::In),
];

impl Condition {
    /// `None` where Ransack would ignore the condition.
    pub(crate) fn parse(name: &str, values: &[String]) -> Option<Self> {
        let (attributes, predicate) =
            SUFFIXES.iter().find_map(|(suffix, predicate)| Some((name.strip_suffix(suffix)?, *predicate)))?;
        let attributes = attributes.split("_or_").map(Attribute::parse).collect::<Option<Vec<_>>>()?;
        let values = match predicate {
            Predicate::In | Predicate::NotIn => values,
            _ => values.get(values.len().checked_sub(1)?..)?,
        };
        let yes = matches!(values, [last] if matches!(last.as_str(), "1" | "true" | "t" | "TRUE" | "T"));
        let predicate = match predicate {
            _ if values.iter().all(String::is_empty) => return None,
            Predicate::Null(kind) => Predicate::Null(kind == yes),
            Predicate::Present(kind) => Predicate::Present(kind == yes),
            Predicate::True(kind) => Predicate::True(kind == yes),
            other => other,
        };
        let sides = attributes.into_iter().map(|attribute| Side::parse(attribute, predicate, values));
        Some(Self { predicate, sides: sides.collect::<Option<_>>()? })
    }

    pub(crate) fn has_date(&self) -> bool {
        self.sides.iter().any(|side| side.attribute.is_date())
    }

    /// The largest excluded id of `q[id_gt]`.
    pub(crate) fn id_floor(&self) -> Option<i64> {
        match (self.predicate, self.sides.as_slice()) {
            (Predicate::Gt, [Side { attribute: Attribute::Id, values }]) => match values.as_slice() {
                [Operand::Int(floor)] => Some(*floor),
                _ => None,
            },
            _ => None,
        }
    }

    pub(crate) fn is_id_range(&self) -> bool {
        matches!(self.predicate, Predicate::Lt | Predicate::LtEq | Predicate::Gt | Predicate::GtEq)
            && self.sides.iter().any(|side| side.attribute == Attribute::Id)
    }

    pub(crate) fn matches(&self, facets: &Facets) -> bool {
        self.sides.iter().any(|side| passes(self.predicate, facets.get(side.attribute), &side.values))
    }
}

impl Side {
    fn parse(attribute: Attribute, predicate: Predicate, values: &[String]) -> Option<Self> {
        let unary = matches!(predicate, Predicate::Null(_) | Predicate::Present(_) | Predicate::True(_));
        let read = |text: &String| match () {
            () if unary => Some(Operand::Int(1)),
            () if attribute.is_text() => Some(Operand::Text(text.clone())),
            () if attribute.is_date() => moment(text).map(Operand::Int),
            // As a database cast from Ruby: what is no number is 0.
            () => Some(Operand::Int(text.trim().parse().unwrap_or(0))),
        };
        let values: Vec<Operand> = values.iter().filter(|text| !text.is_empty()).filter_map(read).collect();
        (!values.is_empty()).then_some(Self { attribute, values })
    }
}

fn passes(predicate: Predicate, cell: Cell<'_>, values: &[Operand]) -> bool {
    match predicate {
        Predicate::Null(yes) => return (cell == Cell::Null) == yes,
        Predicate::Present(yes) => return !matches!(cell, Cell::Null | Cell::Text("")) == yes,
        Predicate::True(yes) => return matches!(cell, Cell::Int(number) if (number != 0) == yes),
        _ if cell == Cell::Null => return false,
        _ => {}
    }
    let any = |test: fn(Cell<'_>, Cell<'_>) -> bool| values.iter().any(|value| test(cell, value.cell()));
    match predicate {
        Predicate::Eq | Predicate::In => any(|cell, value| cell == value),
        Predicate::NotEq | Predicate::NotIn => !any(|cell, value| cell == value),
        Predicate::Lt => any(|cell, value| cell < value),
        Predicate::LtEq => any(|cell, value| cell <= value),
        Predicate::Gt => any(|cell, value| cell > value),
        Predicate::GtEq => any(|cell, value| cell >= value),
        Predicate::Cont => any(|cell, value| folded(cell).contains(&folded(value))),
        Predicate::NotCont => !any(|cell, value| folded(cell).contains(&folded(value))),
        Predicate::Start => any(|cell, value| folded(cell).starts_with(&folded(value))),
        Predicate::End => any(|cell, value| folded(cell).ends_with(&folded(value))),
        Predicate::Null(_) | Predicate::Present(_) | Predicate::True(_) => false,
    }
}

impl Operand {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Int(number) => Cell::Int(*number),
            Self::Text(text) => Cell::Text(text),
        }
    }
}

fn folded(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => text.to_lowercase(),
        Cell::Int(number) => number.to_string(),
        Cell::Null => String::new(),
    }
}

/// A filter's moment in milliseconds: RFC 3339, the same without a zone (UTC), or a date alone (its midnight in UTC).
fn moment(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.timestamp_millis());
    }
    let naive = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f UTC", "%Y-%m-%dT%H:%M"];
    let at = naive.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    let at = at.or_else(|| Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN)))?;
    Some(at.and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"id":7,"subject":"Summer Gala","number":"","starts_at":"2026-07-03T06:00:00.000Z",
        "ends_at":null,"state":3,"status":20,"member_id":null}"#;

    fn keeps(name: &str, values: &[&str]) -> bool {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        Condition::parse(name, &values).is_none_or(|condition| condition.matches(&Facets::read(7, RECORD)))
    }

    #[test]
    fn a_date_alone_means_its_midnight() {
        assert!(keeps("starts_at_gteq", &["2026-07-03"]));
        assert!(!keeps("starts_at_lteq", &["2026-07-03"]));
        assert!(keeps("starts_at_lt", &["2026-07-04"]));
    }

    #[test]
    fn a_zone_in_a_filter_counts() {
        assert!(keeps("starts_at_eq", &["2026-07-03T07:00:00+01:00"]));
        assert!(!keeps("starts_at_gt", &["2026-07-03T06:00:00.000Z"]));
    }

    #[test]
    fn null_matches_no_comparison() {
        assert!(!keeps("ends_at_gt", &["1970-01-01"]));
        assert!(!keeps("member_id_not_eq", &["5"]));
        assert!(keeps("ends_at_null", &["1"]));
        assert!(keeps("ends_at_not_null", &["0"]));
        assert!(!keeps("ends_at_not_null", &["true"]));
    }

    #[test]
    fn an_empty_text_is_blank_and_not_null() {
        assert!(keeps("number_blank", &["1"]));
        assert!(!keeps("number_present", &["1"]));
        assert!(!keeps("number_null", &["1"]));
    }

    #[test]
    fn in_takes_every_value_and_eq_the_last() {
        assert!(keeps("id_in", &["3", "7"]));
        assert!(!keeps("status_not_in", &["20", "40"]));
        assert!(!keeps("id_eq", &["7", "8"]));
    }

    #[test]
    fn text_is_found_in_any_case() {
        assert!(keeps("subject_cont", &["gala"]));
        assert!(!keeps("subject_not_cont", &["SUMMER"]));
    }

    #[test]
    fn one_of_several_attributes_is_enough() {
        assert!(keeps("ends_at_or_starts_at_gteq", &["2026-01-01"]));
    }

    #[test]
    fn what_is_unknown_or_blank_is_ignored() {
        assert!(Condition::parse("colour_eq", &["red".to_owned()]).is_none());
        assert!(Condition::parse("state_eq", &[String::new()]).is_none());
        assert!(Condition::parse("starts_at_gteq", &["tomorrow".to_owned()]).is_none());
    }
}
