//! What a rule says to people: the admin's words, with facts in braces.

use super::facts::{Fact, Facts, Field};
use crate::params::Fault;

/// Characters of the admin's words.
pub const LONGEST: usize = 300;
/// Characters of what comes out.
const LONGEST_SAID: usize = 900;

/// Refuses braces that hold no field.
pub fn check(at: &str, text: &str) -> Result<(), Fault> {
    for part in parts(text) {
        if let Part::Field(name) = part
            && Field::parse(name).is_none()
        {
            return Err(Fault::new(at, format!("{{{name}}} is no field")));
        }
    }
    Ok(())
}

/// The words with what is known; a dash for what is not.
pub fn say(text: &str, facts: &Facts) -> String {
    let said: String = parts(text)
        .map(|part| match part {
            Part::Words(words) => words.to_owned(),
            Part::Field(name) => Field::parse(name).map_or_else(String::new, |field| shown(field.of(facts))),
        })
        .collect();
    said.replace('\0', "\u{fffd}").chars().take(LONGEST_SAID).collect()
}

/// Where no words were given.
pub const DEFAULT: [(&str, &str); 4] = [
    ("event", "{actionType} by {user}. Status: {previousStatus} → {newStatus}"),
    ("job_failed", "{jobType}: {error}"),
    ("endpoint_silent", "Nothing has arrived at {endpoint} for longer than its limit."),
    ("reconciliation_grew", "{list} {system}: {count}"),
];

/// What a firing is about, in a few words.
pub fn subject(facts: &Facts) -> String {
    let job = || facts.job_id.map(|id| format!("job {id}"));
    let named = facts.opportunity.clone().or_else(|| facts.endpoint.clone()).or_else(|| facts.list.clone());
    named.or_else(job).or_else(|| facts.event_id.clone()).unwrap_or_default()
}

/// The page of what a firing is about.
pub fn page(facts: &Facts) -> String {
    match (facts.opportunity_id, facts.job_id, facts.endpoint_id) {
        (Some(id), ..) => format!("/opportunities/{id}"),
        (_, Some(id), _) => format!("/jobs/{id}"),
        (.., Some(_)) => "/settings/endpoints".into(),
        _ => "/events".into(),
    }
}

/// The words that nobody gave.
pub fn default(facts: &Facts) -> &'static str {
    let kind = match facts {
        Facts { event_id: Some(_), .. } => 0,
        Facts { job_id: Some(_), .. } => 1,
        Facts { endpoint_id: Some(_), .. } => 2,
        _ => 3,
    };
    DEFAULT[kind].1
}

enum Part<'a> {
    Words(&'a str),
    Field(&'a str),
}

/// An open brace that is not closed is a brace.
fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let begin = rest.find('{').filter(|begin| rest[*begin..].contains('}'));
        match begin {
            Some(0) => {
                let (name, after) = rest[1..].split_once('}')?;
                rest = after;
                Some(Part::Field(name))
            }
            Some(begin) => {
                let (words, after) = rest.split_at(begin);
                rest = after;
                Some(Part::Words(words))
            }
            None => Some(Part::Words(std::mem::take(&mut rest))),
        }
    })
}

fn shown(fact: Fact<'_>) -> String {
    let shown = match fact {
        Fact::Text(text) => text.map(str::to_owned),
        Fact::Number(number) => number.map(|number| number.to_string()),
        Fact::Amount(amount) => amount.map(|amount| amount.to_string()),
    };
    shown.unwrap_or_else(|| "–".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;

    #[test]
    fn facts_stand_in_braces() {
        let facts = Facts {
            opportunity: Some("Gala {user}".into()),
            charge_total: Some(Money::from_minor(482_050)),
            ..Facts::default()
        };
        let said = say("{opportunity}: {chargeTotal} by {user} {", &facts);
        assert_eq!(said, "Gala {user}: 4820.50 by – {");
        assert_eq!(check("x", "{opportunity} { }x").unwrap_err().field, "x");
        assert!(check("x", "{opportunity} }{").is_ok());
        for (_, words) in DEFAULT {
            assert!(check("x", words).is_ok(), "{words}");
        }
    }
}
