//! What must hold of a cause beside the trigger.

use serde_json::{Value, json};

use super::facts::{Fact, Facts, Field, FieldKind};
use super::shape::{Shape, list, plain, texts};
use super::trigger::{Trigger, money, same_word};
use crate::money::Money;
use crate::params::Fault;

/// Conditions of a rule.
const MOST: usize = 20;
const LONGEST: usize = 200;

/// One of the list: all must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub field: Field,
    pub operator: Operator,
    pub value: Operand,
}

/// How a fact is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Is,
    IsNot,
    Contains,
    IsOneOf,
    IsAtLeast,
    IsAtMost,
    IsEmpty,
    IsNotEmpty,
}

/// With what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    None,
    Text(String),
    Texts(Vec<String>),
    Number(i64),
    Amount(Money),
}

impl Operator {
    pub const ALL: [Operator; 8] = [
        Operator::Is,
        Operator::IsNot,
        Operator::Contains,
        Operator::IsOneOf,
        Operator::IsAtLeast,
        Operator::IsAtMost,
        Operator::IsEmpty,
        Operator::IsNotEmpty,
    ];

    /// In JSON, and its words.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Operator::Is => ("is", "is"),
            Operator::IsNot => ("isNot", "is not"),
            Operator::Contains => ("contains", "contains"),
            Operator::IsOneOf => ("isOneOf", "is one of"),
            Operator::IsAtLeast => ("isAtLeast", "is at least"),
            Operator::IsAtMost => ("isAtMost", "is at most"),
            Operator::IsEmpty => ("isEmpty", "is empty"),
            Operator::IsNotEmpty => ("isNotEmpty", "is not empty"),
        }
    }

    pub fn parse(text: &str) -> Option<Operator> {
        Operator::ALL.into_iter().find(|operator| operator.words().0 == text)
    }

    /// Whether facts of this kind can be compared so.
    const fn is_of(self, kind: FieldKind) -> bool {
        match self {
            Operator::Is | Operator::IsNot | Operator::IsEmpty | Operator::IsNotEmpty => true,
            Operator::Contains | Operator::IsOneOf => matches!(kind, FieldKind::Text),
            Operator::IsAtLeast | Operator::IsAtMost => !matches!(kind, FieldKind::Text),
        }
    }
}

/// Reads the conditions of a rule with this trigger.
pub fn read_all(value: Value, trigger: &Trigger) -> Result<Vec<Condition>, Fault> {
    let items = list("conditions", value, MOST)?;
    items.into_iter().enumerate().map(|(n, item)| Condition::read(&format!("conditions.{n}"), item, trigger)).collect()
}

impl Condition {
    fn read(at: &str, value: Value, trigger: &Trigger) -> Result<Condition, Fault> {
        let mut shape = Shape::of(at, value)?;
        let name = shape.needed("field", LONGEST)?;
        let field = Field::parse(&name).filter(|field| field.of == trigger.kind());
        let field = field.ok_or_else(|| shape.fault("field", format!("is no field of {}", trigger.kind())))?;
        let name = shape.needed("operator", LONGEST)?;
        let operator = Operator::parse(&name).ok_or_else(|| shape.fault("operator", expected()))?;
        if !operator.is_of(field.kind) {
            return Err(shape.fault("operator", format!("does not compare {}", field.name)));
        }
        let value = operand(&mut shape, operator, field.kind)?;
        shape.end()?;
        Ok(Condition { field, operator, value })
    }

    /// As it is stored and shown.
    pub fn to_value(&self) -> Value {
        let value = match &self.value {
            Operand::None => Value::Null,
            Operand::Text(text) => json!(text),
            Operand::Texts(texts) => json!(texts),
            Operand::Number(number) => json!(number),
            Operand::Amount(amount) => json!(amount),
        };
        json!({"field": self.field.name, "operator": self.operator.words().0, "value": value})
    }

    /// What is not known is nothing: it is not what is asked for, and empty.
    pub fn holds(&self, facts: &Facts) -> bool {
        let fact = self.field.of(facts);
        let empty = match fact {
            Fact::Text(text) => text.is_none_or(|text| text.trim().is_empty()),
            Fact::Number(number) => number.is_none(),
            Fact::Amount(amount) => amount.is_none(),
        };
        match self.operator {
            Operator::IsEmpty => empty,
            Operator::IsNotEmpty => !empty,
            Operator::IsNot => !same(fact, &self.value),
            Operator::Is | Operator::IsOneOf => same(fact, &self.value),
            Operator::Contains => match (fact, &self.value) {
                (Fact::Text(Some(text)), Operand::Text(part)) => text.to_lowercase().contains(&part.to_lowercase()),
                _ => false,
            },
            Operator::IsAtLeast => compare(fact, &self.value).is_some_and(std::cmp::Ordering::is_ge),
            Operator::IsAtMost => compare(fact, &self.value).is_some_and(std::cmp::Ordering::is_le),
        }
    }
}

fn expected() -> String {
    format!("expected one of {}", Operator::ALL.map(|operator| operator.words().0).join(", "))
}

fn operand(shape: &mut Shape, operator: Operator, kind: FieldKind) -> Result<Operand, Fault> {
    let value = shape.take("value");
    if matches!(operator, Operator::IsEmpty | Operator::IsNotEmpty) {
        return match value {
            None => Ok(Operand::None),
            Some(_) => Err(shape.fault("value", "is not compared")),
        };
    }
    let value = value.ok_or_else(|| shape.fault("value", "is missing"))?;
    let place = shape.place("value");
    match (operator, kind) {
        (Operator::IsOneOf, _) => {
            let texts = texts(&place, value, 50, LONGEST)?;
            if texts.is_empty() { Err(shape.fault("value", "is empty")) } else { Ok(Operand::Texts(texts)) }
        }
        (_, FieldKind::Text) => Ok(Operand::Text(plain(&place, value, LONGEST)?)),
        (_, FieldKind::Number) => {
            value.as_i64().map(Operand::Number).ok_or_else(|| shape.fault("value", "expected a whole number"))
        }
        (_, FieldKind::Amount) => {
            money(&value).map(Operand::Amount).ok_or_else(|| shape.fault("value", "expected an amount such as 1201.40"))
        }
    }
}

fn same(fact: Fact<'_>, value: &Operand) -> bool {
    match (fact, value) {
        (Fact::Text(Some(text)), Operand::Text(asked)) => same_word(text, asked),
        (Fact::Text(Some(text)), Operand::Texts(asked)) => asked.iter().any(|asked| same_word(text, asked)),
        _ => compare(fact, value).is_some_and(std::cmp::Ordering::is_eq),
    }
}

fn compare(fact: Fact<'_>, value: &Operand) -> Option<std::cmp::Ordering> {
    match (fact, value) {
        (Fact::Number(Some(number)), Operand::Number(asked)) => Some(number.cmp(asked)),
        (Fact::Amount(Some(amount)), Operand::Amount(asked)) => Some(amount.cmp(asked)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Trigger {
        Trigger::read(json!({"type": "event"})).unwrap()
    }

    fn facts() -> Facts {
        Facts {
            owner: Some("Ana Lima".into()),
            organisation_id: Some(7),
            charge_total: Some(Money::from_minor(482_050)),
            days_to_start: Some(-2),
            ..Facts::default()
        }
    }

    #[test]
    fn a_condition_holds_of_what_is_known() {
        for (field, operator, value, holds) in [
            ("owner", "is", json!("ana lima"), true),
            ("owner", "isNot", json!("Ana Lima"), false),
            ("owner", "contains", json!("LIMA"), true),
            ("owner", "isOneOf", json!(["Ben", "Ana Lima"]), true),
            ("owner", "isEmpty", Value::Null, false),
            ("venue", "isEmpty", Value::Null, true),
            ("venue", "isNotEmpty", Value::Null, false),
            ("venue", "isNot", json!("Hall"), true),
            ("venue", "contains", json!("H"), false),
            ("organisationId", "is", json!(7), true),
            ("organisationId", "isAtLeast", json!(8), false),
            ("chargeTotal", "isAtLeast", json!("4820.50"), true),
            ("chargeTotal", "isAtMost", json!(4820.49), false),
            ("totalValue", "isAtMost", json!("1"), false),
            ("daysToStart", "isAtMost", json!(0), true),
        ] {
            let condition = json!([{"field": field, "operator": operator, "value": value}]);
            let read = read_all(condition.clone(), &event()).unwrap();
            assert_eq!(read[0].holds(&facts()), holds, "{condition}");
            let again = json!([read[0].to_value()]);
            assert_eq!(read_all(again, &event()).unwrap(), read, "{condition}");
        }
    }

    #[test]
    fn what_is_wrong_names_its_place() {
        let good = json!({"field": "owner", "operator": "is", "value": "x"});
        for (second, place) in [
            (json!(5), "conditions.1"),
            (json!({"operator": "is", "value": "x"}), "conditions.1.field"),
            (json!({"field": "colour", "operator": "is", "value": "x"}), "conditions.1.field"),
            (json!({"field": "jobType", "operator": "is", "value": "x"}), "conditions.1.field"),
            (json!({"field": "owner", "operator": "like", "value": "x"}), "conditions.1.operator"),
            (json!({"field": "owner", "operator": "isAtLeast", "value": "x"}), "conditions.1.operator"),
            (json!({"field": "owner", "operator": "is"}), "conditions.1.value"),
            (json!({"field": "owner", "operator": "is", "value": 5}), "conditions.1.value"),
            (json!({"field": "owner", "operator": "isOneOf", "value": []}), "conditions.1.value"),
            (json!({"field": "owner", "operator": "isOneOf", "value": ["a", 1]}), "conditions.1.value.1"),
            (json!({"field": "owner", "operator": "isEmpty", "value": "x"}), "conditions.1.value"),
            (json!({"field": "ownerId", "operator": "is", "value": 1.5}), "conditions.1.value"),
            (json!({"field": "chargeTotal", "operator": "is", "value": "x"}), "conditions.1.value"),
            (json!({"field": "owner", "operator": "is", "value": "x", "or": 1}), "conditions.1.or"),
        ] {
            let conditions = json!([good, second]);
            assert_eq!(read_all(conditions.clone(), &event()).unwrap_err().field, place, "{conditions}");
        }
        assert_eq!(read_all(json!(vec![good; 21]), &event()).unwrap_err().field, "conditions");
    }
}
