//! A condition as inputs: a field, a question, and what it is compared with.

use serde_json::{Value as Json, json};

use crate::metrics::catalogue::{Entity, Field};
use crate::metrics::kind::{Kind, Op};
use crate::metrics::number::Number;
use crate::metrics::value::cents;

/// Texts as they were typed; the formula's reader judges them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Condition {
    pub field: String,
    pub op: String,
    /// One, or the two ends of `between`.
    pub operands: [Operand; 2],
    /// Of `in` and `not_in`.
    pub list: Vec<String>,
    /// What a list holds that lines and boxes cannot.
    pub list_json: Option<Json>,
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Operand {
    pub how: How,
    /// The value, the days, or the factor.
    pub text: String,
    /// The other field.
    pub of: String,
    /// A parameter; of a factor, empty for a number.
    pub by: String,
    /// The factor stands before the field.
    pub flip: bool,
    /// What inputs cannot show.
    pub json: Option<Json>,
}

/// The shape of an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum How {
    #[default]
    Value,
    FromNow,
    Ago,
    Field,
    Times,
    Param,
    /// As JSON, shown in words.
    Kept,
}

impl How {
    pub const ALL: [How; 7] = [How::Value, How::FromNow, How::Ago, How::Field, How::Times, How::Param, How::Kept];

    pub const fn as_str(self) -> &'static str {
        match self {
            How::Value => "value",
            How::FromNow => "from_now",
            How::Ago => "ago",
            How::Field => "field",
            How::Times => "times",
            How::Param => "param",
            How::Kept => "kept",
        }
    }

    pub fn parse(text: &str) -> Option<How> {
        How::ALL.into_iter().find(|how| how.as_str() == text)
    }

    /// For its menu.
    pub const fn words(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (How::Value, Kind::Date) => "this date",
            (How::Value, Kind::Text | Kind::Choice | Kind::Bool) => "this value",
            (How::Value, _) => "this number",
            (How::FromNow, _) => "days from now",
            (How::Ago, _) => "days ago",
            (How::Field, _) => "another field",
            (How::Times, _) => "factor × field",
            (How::Param, _) => "a parameter",
            (How::Kept, _) => "as it is written",
        }
    }

    /// Which ones a kind of field has, in the order of menus.
    pub const fn of(kind: Kind) -> &'static [How] {
        match kind {
            Kind::Date => &[How::Value, How::FromNow, How::Ago, How::Field],
            Kind::Int | Kind::Decimal | Kind::Money => &[How::Value, How::Times, How::Field, How::Param],
            Kind::Text | Kind::Choice | Kind::Bool => &[How::Value, How::Field],
        }
    }
}

impl Operand {
    fn is_blank(&self) -> bool {
        let text = self.text.trim().is_empty();
        match self.how {
            How::Value | How::FromNow | How::Ago => text,
            How::Field => self.of.is_empty(),
            How::Times => self.of.is_empty() || (text && self.by.is_empty()),
            How::Param => self.by.is_empty(),
            How::Kept => self.json.is_none(),
        }
    }

    /// Of the tree as [`super::super::Formula::to_json`] writes it.
    pub fn of_json(field: &Field, value: &Json) -> Operand {
        Operand::known(field, value).unwrap_or_else(|| Operand {
            how: How::Kept,
            json: Some(value.clone()),
            ..Operand::default()
        })
    }

    fn known(field: &Field, value: &Json) -> Option<Operand> {
        let operand = |how, text: &str| Operand { how, text: text.to_owned(), ..Operand::default() };
        let (key, inner) = only(value)?;
        if let Some(text) = plain(field, key, inner) {
            return Some(operand(How::Value, &text));
        }
        match key {
            "days_from_now" => {
                let days = inner.as_i64()?;
                let how = if days < 0 { How::Ago } else { How::FromNow };
                Some(operand(how, &days.unsigned_abs().to_string()))
            }
            "f" if !field.kind.is_number() => {
                Some(Operand { how: How::Field, of: inner.as_str()?.to_owned(), ..Operand::default() })
            }
            "expr" => Operand::reckoned(inner),
            _ => None,
        }
    }

    /// The few expressions that inputs can show.
    fn reckoned(expr: &Json) -> Option<Operand> {
        let (key, inner) = only(expr)?;
        match key {
            "f" => Some(Operand { how: How::Field, of: inner.as_str()?.to_owned(), ..Operand::default() }),
            "param" => Some(Operand { how: How::Param, by: inner.as_str()?.to_owned(), ..Operand::default() }),
            "mul" => {
                let [first, second] = inner.as_array()?.as_slice() else { return None };
                let field = |part: &Json| part.get("f").and_then(Json::as_str).map(str::to_owned);
                let (of, factor, flip) = match (field(first), field(second)) {
                    (Some(of), None) => (of, second, false),
                    (None, Some(of)) => (of, first, true),
                    _ => return None,
                };
                let (key, inner) = only(factor)?;
                let (text, by) = match key {
                    "param" => (String::new(), inner.as_str()?.to_owned()),
                    "int" => (inner.as_i64()?.to_string(), String::new()),
                    "decimal" => (inner.as_str()?.to_owned(), String::new()),
                    _ => return None,
                };
                Some(Operand { how: How::Times, text, of, by, flip, json: None })
            }
            _ => None,
        }
    }

    fn to_json(&self, kind: Kind) -> Json {
        let text = self.text.trim();
        let days = |sign: i64| text.parse::<i64>().ok().and_then(|days| days.checked_mul(sign));
        match self.how {
            How::Value => value(kind, &self.text),
            How::FromNow => json!({"days_from_now": days(1).map_or_else(|| json!(text), Json::from)}),
            How::Ago => match days(-1) {
                Some(days) => json!({"days_from_now": days}),
                None => json!({"days_ago": text}),
            },
            How::Field if kind.is_number() => json!({"expr": {"f": self.of}}),
            How::Field => json!({"f": self.of}),
            How::Param => json!({"expr": {"param": self.by}}),
            How::Times => {
                let field = json!({"f": self.of});
                let factor = if self.by.is_empty() { number(Kind::Int, text) } else { json!({"param": self.by}) };
                let pair = if self.flip { [factor, field] } else { [field, factor] };
                json!({"expr": {"mul": pair}})
            }
            How::Kept => self.json.clone().unwrap_or(Json::Null),
        }
    }

    /// For those who hear the page, and for messages.
    fn words(&self, entity: Entity, kind: Kind) -> String {
        let label = |code: &str| entity.field(code).map_or_else(|| code.to_owned(), |field| field.label.to_owned());
        match self.how {
            How::Value if kind == Kind::Bool => if self.text == "false" { "no" } else { "yes" }.to_owned(),
            How::Value => self.text.trim().to_owned(),
            How::FromNow => format!("{} days from now", self.text.trim()),
            How::Ago => format!("{} days ago", self.text.trim()),
            How::Field => label(&self.of),
            How::Times if self.by.is_empty() => format!("{} × {}", self.text.trim(), label(&self.of)),
            How::Times => format!("{} × {}", self.by, label(&self.of)),
            How::Param => self.by.clone(),
            How::Kept => "a reckoned value".to_owned(),
        }
    }
}

impl Condition {
    pub fn op(&self) -> Option<Op> {
        Op::parse(&self.op)
    }

    /// Whether something that it needs is not there yet: it is left out of previews, and refused when saved.
    pub fn is_blank(&self, entity: Entity) -> bool {
        let Some(field) = entity.field(&self.field) else { return self.field.is_empty() };
        match self.op().filter(|op| field.kind.ops().contains(op)) {
            None => self.op.is_empty(),
            Some(Op::IsNull | Op::NotNull) => false,
            Some(Op::Between) => self.operands.iter().any(Operand::is_blank),
            Some(Op::In | Op::NotIn) => self.list_json.is_none() && self.list.iter().all(|text| text.trim().is_empty()),
            Some(_) => self.operands[0].is_blank(),
        }
    }

    /// The input of a place within it: `/f`, `/op`, else what it is compared with.
    pub fn input(&self, rest: &str) -> String {
        let second = self.op() == Some(Op::Between) && rest.starts_with("/v/list/1");
        let operand = &self.operands[usize::from(second)];
        let part = match (rest, self.op(), operand.how) {
            ("/f", ..) => return "f".into(),
            ("/op", ..) => return "op".into(),
            (_, Some(Op::In | Op::NotIn), _) => return "list".into(),
            (_, _, How::Field) => "of",
            (_, _, How::Param) => "by",
            (rest, _, How::Times) if rest.ends_with("/f") => "of",
            _ => "v",
        };
        if second { format!("{part}2") } else { part.into() }
    }

    /// The codes of the fields that it asks of.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let others = self.operands.iter().filter(|one| matches!(one.how, How::Field | How::Times));
        std::iter::once(self.field.as_str()).chain(others.map(|one| one.of.as_str())).filter(|code| !code.is_empty())
    }

    /// After another field or question was chosen: what no longer fits it gives way.
    pub fn settle(&mut self, entity: Entity) {
        let Some(field) = entity.field(&self.field) else { return };
        if !self.op().is_some_and(|op| field.kind.ops().contains(&op)) {
            self.op = field.kind.ops().first().map_or_else(String::new, |op| op.as_str().to_owned());
        }
        for operand in &mut self.operands {
            if operand.how != How::Kept && !How::of(field.kind).contains(&operand.how) {
                *operand = Operand::default();
            }
        }
        if field.kind == Kind::Bool
            && self.operands[0].how == How::Value
            && !matches!(self.operands[0].text.as_str(), "true" | "false")
        {
            self.operands[0].text = "true".to_owned();
        }
    }

    pub fn of_json(entity: Entity, test: &Json) -> Option<Condition> {
        let text = |key: &str| test.get(key).and_then(Json::as_str).map(str::to_owned);
        let mut made = Condition { field: text("f")?, op: text("op")?, ..Condition::default() };
        let field = entity.field(&made.field)?;
        let Some(value) = test.get("v") else { return Some(made) };
        match made.op()? {
            Op::In | Op::NotIn => match listed(field, value) {
                Some(list) => made.list = list,
                None => made.list_json = Some(value.clone()),
            },
            Op::Between => {
                let ends = value.get("list")?.as_array()?;
                made.operands = [Operand::of_json(field, ends.first()?), Operand::of_json(field, ends.get(1)?)];
            }
            _ => made.operands[0] = Operand::of_json(field, value),
        }
        Some(made)
    }

    pub fn to_json(&self, entity: Entity) -> Json {
        let mut told = json!({"f": self.field, "op": self.op});
        // Of a field that is not known, what was typed is a text: the reader says what is wrong.
        let kind = entity.field(&self.field).map_or(Kind::Text, |field| field.kind);
        let right = match self.op() {
            None | Some(Op::IsNull | Op::NotNull) => return told,
            Some(Op::In | Op::NotIn) => self.list_json.clone().unwrap_or_else(|| {
                let values = self.list.iter().filter(|text| !text.trim().is_empty());
                json!({"list": values.map(|text| value(kind, text)).collect::<Json>()})
            }),
            Some(Op::Between) => json!({"list": [self.operands[0].to_json(kind), self.operands[1].to_json(kind)]}),
            Some(_) => self.operands[0].to_json(kind),
        };
        told["v"] = right;
        told
    }

    /// "days since last order is more than 30", as far as it is filled in.
    pub fn words(&self, entity: Entity) -> String {
        let Some(field) = entity.field(&self.field) else { return "not filled in yet".to_owned() };
        let Some(op) = self.op() else { return field.label.to_owned() };
        let one = |at: usize| self.operands[at].words(entity, field.kind);
        let right = match op {
            Op::IsNull | Op::NotNull => String::new(),
            Op::In | Op::NotIn if self.list_json.is_some() => "a list".to_owned(),
            Op::In | Op::NotIn => self.list.join(", "),
            Op::Between => format!("{} and {}", one(0), one(1)),
            _ => one(0),
        };
        format!("{} {} {right}", field.label, op.words(field.kind)).trim_end().to_owned()
    }
}

/// The only member of an object.
fn only(value: &Json) -> Option<(&str, &Json)> {
    let members = value.as_object()?;
    members.iter().next().filter(|_| members.len() == 1).map(|(key, inner)| (key.as_str(), inner))
}

/// What stands in the input of a value; none for what an input would lose.
fn plain(field: &Field, key: &str, inner: &Json) -> Option<String> {
    match (field.kind, key) {
        (Kind::Text, "text") => {
            inner.as_str().filter(|text| !text.trim().is_empty() && !text.contains(char::is_control)).map(str::to_owned)
        }
        (Kind::Choice, "text") => inner.as_str().map(str::to_owned),
        // A number of the source that the catalogue has no word for.
        (Kind::Choice, "int") => Some(format!("#{}", inner.as_i64()?)),
        (Kind::Int | Kind::Decimal | Kind::Money, "int") => Some(inner.as_i64()?.to_string()),
        (Kind::Int | Kind::Decimal | Kind::Money, "decimal") | (Kind::Money, "money") | (Kind::Date, "date") => {
            inner.as_str().map(str::to_owned)
        }
        (Kind::Bool, "bool") => Some(inner.as_bool()?.to_string()),
        _ => None,
    }
}

fn listed(field: &Field, value: &Json) -> Option<Vec<String>> {
    let values = value.get("list")?.as_array()?;
    values.iter().map(|one| only(one).and_then(|(key, inner)| plain(field, key, inner))).collect()
}

/// What was typed, as the tree carries it.
fn value(kind: Kind, text: &str) -> Json {
    match kind {
        Kind::Text => json!({"text": text}),
        Kind::Choice => match text.strip_prefix('#').and_then(|code| code.parse::<i64>().ok()) {
            Some(code) => json!({"int": code}),
            None => json!({"text": text}),
        },
        Kind::Int | Kind::Decimal | Kind::Money => number(kind, text.trim()),
        Kind::Date => json!({"date": text.trim()}),
        Kind::Bool => match text {
            "true" => json!({"bool": true}),
            "false" => json!({"bool": false}),
            other => json!({"bool": other}),
        },
    }
}

/// As the tree spells it; what is no number goes as it is.
fn number(kind: Kind, text: &str) -> Json {
    match Number::parse(text) {
        Some(number) if kind == Kind::Int && number.is_whole() => json!({"int": number.trunc()}),
        Some(number) if kind == Kind::Money && number.is_cents() => json!({"money": cents(number)}),
        Some(number) => json!({"decimal": number.to_string()}),
        None if kind == Kind::Money => json!({"money": text}),
        None => json!({"decimal": text}),
    }
}
