use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::metrics::kind::{Kind, Op};
use crate::metrics::{Field, Formula};

/// What a browser sends of the editor's inputs; [`crate::metrics::form::read`] takes it back.
fn pairs(form: &Form) -> Vec<(String, String)> {
    let mut sent = vec![("entity".to_owned(), form.entity.as_str().to_owned())];
    node(&form.root, ROOT, &mut sent);
    let mut add = |name: String, value: &str| sent.push((name, value.to_owned()));
    if form.bare {
        add("bare".into(), "1");
    }
    for (index, row) in form.params.iter().enumerate() {
        let of = [
            ("name", &row.name),
            ("type", &row.kind),
            ("default", &row.default),
            ("min", &row.min),
            ("max", &row.max),
            ("label", &row.label),
        ];
        of.into_iter().for_each(|(part, value)| add(format!("p/{index}.{part}"), value));
    }
    add("m.kind".into(), &form.measure.kind);
    add("m.of".into(), &form.measure.of);
    if form.measure.kind == "ratio" {
        for (name, share) in [("m.num", &form.measure.num), ("m.den", &form.measure.den)] {
            add(format!("{name}.kind"), &share.kind);
            add(format!("{name}.of"), &share.of);
            if share.base {
                add(format!("{name}.base"), "1");
            }
            if let Some(filter) = &share.filter {
                add(format!("{name}.where"), &filter.to_string());
            }
        }
    }
    for (index, piece) in form.measure.pieces.iter().enumerate() {
        let of = [
            ("label", &piece.label),
            ("weight", &piece.weight),
            ("of", &piece.of),
            ("from", &piece.from),
            ("to", &piece.to),
        ];
        of.into_iter().for_each(|(part, value)| add(format!("m/{index}.{part}"), value));
        if let Some(value) = &piece.value {
            add(format!("m/{index}.value"), &value.to_string());
        }
    }
    for (index, rank) in form.rank.iter().enumerate() {
        add(format!("r/{index}.of"), &rank.of);
        add(format!("r/{index}.dir"), if rank.descending { "desc" } else { "asc" });
    }
    form.columns.iter().enumerate().for_each(|(index, code)| add(format!("c/{index}.of"), code));
    sent
}

fn node(of: &Node, name: &str, sent: &mut Vec<(String, String)>) {
    match of {
        Node::Group(join, members) => {
            sent.push((format!("{name}.join"), join.as_str().into()));
            members.iter().enumerate().for_each(|(index, member)| node(member, &format!("{name}/{index}"), sent));
        }
        Node::Condition(condition) => {
            let mut add = |part: &str, value: &str| sent.push((format!("{name}.{part}"), value.to_owned()));
            add("f", &condition.field);
            add("op", &condition.op);
            for (operand, which) in condition.operands.iter().zip(["", "2"]) {
                add(&format!("how{which}"), operand.how.as_str());
                add(&format!("v{which}"), &operand.text);
                add(&format!("of{which}"), &operand.of);
                add(&format!("by{which}"), &operand.by);
                if operand.flip {
                    add(&format!("flip{which}"), "1");
                }
                if let Some(json) = &operand.json {
                    add(&format!("json{which}"), &json.to_string());
                }
            }
            match &condition.list_json {
                Some(json) => add("list_json", &json.to_string()),
                None => add("list", &condition.list.join("\r\n")),
            }
        }
    }
}

/// Through the inputs and back.
fn again(tree: &Json) -> Json {
    let form = Form::of_tree(tree);
    Form::read(&Fields::of(pairs(&form))).tree(true).tree
}

fn fields(entity: Entity) -> impl Strategy<Value = &'static Field> {
    prop::sample::select(entity.fields().iter().collect::<Vec<_>>())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,12}", "[a-z\n\t\u{e4}\u{202e}<>&\"']{0,6}", Just(" ".to_owned()), Just("#7".to_owned())]
}

fn literal(field: &'static Field) -> BoxedStrategy<Json> {
    let number = prop_oneof![Just("0"), Just("30"), Just("1.5"), Just("-12.25"), Just("1234567.891")];
    match field.kind {
        Kind::Text => text().prop_map(|text| json!({"text": text})).boxed(),
        Kind::Choice => {
            let words: Vec<Json> =
                field.words.iter().map(|(word, _)| json!({"text": word})).chain([json!({"int": 4711})]).collect();
            prop::sample::select(words).boxed()
        }
        Kind::Int | Kind::Decimal | Kind::Money => number
            .prop_map(move |text| {
                let number = crate::metrics::Number::parse(text).unwrap();
                match field.kind {
                    Kind::Int if number.is_whole() => json!({"int": number.trunc()}),
                    Kind::Money if number.is_cents() => json!({"money": crate::metrics::value::cents(number)}),
                    _ => json!({"decimal": number.to_string()}),
                }
            })
            .boxed(),
        Kind::Date => prop::sample::select(vec![json!({"date": "0001-01-01"}), json!({"date": "2026-02-28"})]).boxed(),
        Kind::Bool => any::<bool>().prop_map(|flag| json!({"bool": flag})).boxed(),
    }
}

fn operand(entity: Entity, field: &'static Field) -> BoxedStrategy<Json> {
    let number = if field.kind.is_number() {
        let expr = prop_oneof![
            fields(entity).prop_filter("numbers", |f| f.kind.is_number()).prop_map(|f| json!({"f": f.code})),
            Just(json!({"param": "k"})),
            Just(json!({"int": 3})),
            Just(json!({"decimal": "1.5"})),
        ];
        let expr = expr.prop_recursive(2, 8, 3, |inner| {
            let list = prop::collection::vec(inner, 2..4);
            (list, prop::sample::select(vec!["add", "sub", "mul", "coalesce"])).prop_map(|(list, op)| json!({op: list}))
        });
        expr.prop_map(|expr| json!({"expr": expr})).boxed()
    } else {
        literal(field)
    };
    let date = if field.kind == Kind::Date {
        (-4000..4000).prop_map(|days| json!({"days_from_now": days})).boxed()
    } else {
        literal(field)
    };
    let other = if field.kind.is_number() { literal(field) } else { Just(json!({"f": field.code})).boxed() };
    prop_oneof![3 => literal(field), 2 => number, 1 => date, 1 => other].boxed()
}

fn condition(entity: Entity) -> BoxedStrategy<Json> {
    fields(entity)
        .prop_flat_map(move |field| {
            (Just(field), prop::sample::select(field.kind.ops().to_vec())).prop_flat_map(move |(field, op)| {
                let told = move |v: Json| json!({"f": field.code, "op": op.as_str(), "v": v});
                match op {
                    Op::IsNull | Op::NotNull => Just(json!({"f": field.code, "op": op.as_str()})).boxed(),
                    Op::In | Op::NotIn => prop::collection::vec(literal(field), 1..4)
                        .prop_map(move |list| told(json!({"list": list})))
                        .boxed(),
                    Op::Between => (operand(entity, field), operand(entity, field))
                        .prop_map(move |(a, b)| told(json!({"list": [a, b]})))
                        .boxed(),
                    _ => operand(entity, field).prop_map(told).boxed(),
                }
            })
        })
        .boxed()
}

fn clause(entity: Entity) -> BoxedStrategy<Json> {
    condition(entity)
        .prop_recursive(4, 24, 4, |inner| {
            let list = prop::collection::vec(inner.clone(), 1..4);
            prop_oneof![
                list.clone().prop_map(|list| json!({"all": list})),
                list.prop_map(|list| json!({"any": list})),
                inner.prop_map(|inner| json!({"not": inner})),
            ]
        })
        .boxed()
}

fn tree() -> impl Strategy<Value = Json> {
    prop::sample::select(Entity::ALL.to_vec()).prop_flat_map(|entity| {
        let money = entity.money();
        let measure = prop::sample::select(vec![
            json!({"kind": "count"}),
            json!({"kind": "sum", "f": money}),
            json!({"kind": "ratio", "num": {"kind": "avg", "f": money, "where": {"f": "name", "op": "is_null"}}, "den": {"kind": "count", "base": true}}),
            json!({"kind": "ratio", "num": {"kind": "count"}, "den": {"kind": "sum", "f": money}}),
            json!({"kind": "score", "pieces": [{"label": "a", "weight": "1.5", "value": {"f": money}, "from": "0", "to": "10"},
                {"label": "b", "weight": "1", "value": {"div": [{"f": money}, {"int": 2}]}, "from": "-1", "to": "1"}]}),
        ]);
        (prop::option::of(clause(entity)), measure, any::<bool>(), any::<bool>()).prop_map(move |(filter, measure, rank, param)| {
            let mut tree = json!({"schema": 1, "entity": entity.as_str(), "measure": measure});
            if let Some(filter) = filter {
                tree["where"] = filter;
            }
            if rank {
                tree["rank_by"] = json!([{"f": money, "dir": "desc"}, {"f": "name", "dir": "asc"}]);
                tree["columns"] = json!([money, "name"]);
            }
            if param {
                tree["params"] = json!({"k": {"type": "decimal", "default": "1.5", "min": "1", "label": "Lateness"}, "n": {"type": "int", "default": "3"}});
            }
            tree
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn the_form_of_a_tree_reads_back_to_the_same_tree(tree in tree()) {
        prop_assert_eq!(again(&tree), tree);
    }

    #[test]
    fn every_place_of_a_tree_is_a_part_of_its_form(tree in tree()) {
        let form = Form::of_tree(&tree);
        let written = form.tree(true);
        fn walk(json: &Json, pointer: &str, see: &mut dyn FnMut(&str)) {
            see(pointer);
            match json {
                Json::Object(members) => members.iter().for_each(|(key, inner)| walk(inner, &crate::metrics::problem::at(pointer, key), see)),
                Json::Array(list) => list.iter().enumerate().for_each(|(n, inner)| walk(inner, &format!("{pointer}/{n}"), see)),
                _ => {}
            }
        }
        let mut lost = Vec::new();
        walk(&written.tree["where"], "/where", &mut |pointer| if written.places.part(pointer).is_none() { lost.push(pointer.to_owned()) });
        prop_assert!(tree.get("where").is_none() || lost.is_empty(), "{:?}", lost);
    }

    #[test]
    fn no_pairs_make_it_fall(pairs in prop::collection::vec(("(n(/[0-9]){0,4}|m|m.num|p/0|r/0|c/0|t/0)\\.(f|op|how|v|of|by|join|list|json|kind|name|expected|v/name)", text()), 0..20), step in "(add|group|nest|ungroup|up|down|remove|how|test|param|piece)(-remove)?:?(n(/[0-9]){0,3}|[0-9])?(:times)?") {
        let mut form = Form::read(&Fields::of(pairs));
        form.step(&step);
        let _ = Formula::read(&form.tree(true).tree);
        let _ = form.tree(false);
    }
}

#[test]
fn a_condition_alone_stays_alone_until_there_is_another() {
    let tree = json!({"schema": 1, "entity": "customer", "where": {"f": "name", "op": "is_null"}, "measure": {"kind": "count"}});
    assert_eq!(again(&tree), tree);
    let mut form = Form::of_tree(&tree);
    form.step("add:n");
    assert_eq!(form.tree(false).tree["where"], json!({"all": [tree["where"]]}), "what is not filled in is left out");
    assert_eq!(form.conditions(), (2, 1));
    assert!(form.tree(true).tree["where"]["all"][1]["f"] == "");
}

#[test]
fn a_template_can_be_nested_moved_and_taken_apart_again() {
    let tree = json!({"schema": 1, "entity": "customer", "measure": {"kind": "count"}, "where": {"all": [
        {"f": "orders_count_24m", "op": "gte", "v": {"int": 3}}, {"f": "next_booking_date", "op": "is_null"}]}});
    let mut form = Form::of_tree(&tree);
    assert_eq!(form.step("nest:n/1"), Did { said: "Nested in a group.".into(), focus: Some("n/1.join".into()) });
    assert_eq!(form.step("add:n/1").focus.as_deref(), Some("n/1/1.f"));
    assert_eq!(form.tree(false).tree["where"]["all"][1], json!({"any": [{"f": "next_booking_date", "op": "is_null"}]}));
    assert!(form.step("remove:n/1/1").said.starts_with("Removed"));
    form.step("ungroup:n/1");
    assert_eq!(form.tree(true).tree, tree);
    assert_eq!(form.step("up:n/1").said, "Moved to place 1 of 2.");
    assert_eq!(form.tree(true).tree["where"]["all"][0]["f"], "next_booking_date");
    assert_eq!(form.step("up:n/9"), Did::default());
}

#[test]
fn several_conditions_none_of_which_may_hold_are_one_group() {
    let not =
        |inner: Json| json!({"schema": 1, "entity": "customer", "measure": {"kind": "count"}, "where": {"not": inner}});
    let leaf = json!({"f": "name", "op": "is_null"});
    for inner in [
        leaf.clone(),
        json!({"any": [leaf.clone()]}),
        json!({"any": [leaf.clone(), leaf.clone()]}),
        json!({"not": leaf.clone()}),
        json!({"all": [leaf.clone(), leaf]}),
    ] {
        assert_eq!(again(&not(inner.clone())), not(inner));
    }
}

#[test]
fn what_was_typed_stands_in_the_tree_for_the_reader_to_judge() {
    let sent = [
        ("n.join", "all"),
        ("n/0.f", "days_since_last_order"),
        ("n/0.op", "gt"),
        ("n/0.v", "soon"),
        ("n/1.f", "starts_at"),
        ("n/1.op", "gt"),
        ("n/1.v", "x"),
    ];
    let form = Form::read(&Fields::of(sent.map(|(name, value)| (name.to_owned(), value.to_owned()))));
    let written = form.tree(true);
    assert_eq!(written.tree["where"]["all"][0]["v"], json!({"decimal": "soon"}));
    assert_eq!(written.tree["where"]["all"][1], json!({"f": "starts_at", "op": "gt", "v": {"text": "x"}}));
    let problems = Formula::read(&written.tree).unwrap_err();
    let parts: Vec<&str> =
        problems.iter().filter_map(|problem| Some(written.places.part(&problem.pointer)?.0)).collect();
    assert_eq!(parts, ["n/0", "n/1"]);
}
