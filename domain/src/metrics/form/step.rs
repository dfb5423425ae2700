//! What the buttons within the editor do: steps on the form, none of which saves anything.

use super::{Form, How, Join, Node, Operand, ParamRow, PieceRow, ROOT, TestRow};

/// What came of a step: a sentence, and the id of the input to go on from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Did {
    pub said: String,
    pub focus: Option<String>,
}

fn did(said: impl Into<String>, focus: impl Into<String>) -> Did {
    Did { said: said.into(), focus: Some(focus.into()) }
}

impl Form {
    /// Takes a step such as `add:n/0`; one that is not known does nothing.
    pub fn step(&mut self, step: &str) -> Did {
        let (what, of) = step.split_once(':').unwrap_or((step, ""));
        let row = || of.parse::<usize>().ok();
        match what {
            "add" => self.add(of, Node::blank()),
            "group" => self.add(of, Node::Group(Join::Any, vec![Node::blank()])),
            "nest" => self.nest(of),
            "ungroup" => self.ungroup(of),
            "up" => self.shift(of, true),
            "down" => self.shift(of, false),
            "remove" => self.remove(of),
            "how" => self.compare(of),
            "param" => {
                self.params.push(ParamRow { kind: "decimal".into(), ..ParamRow::default() });
                did("Parameter added.", format!("p/{}.name", self.params.len() - 1))
            }
            "param-remove" => removed(&mut self.params, row(), "Parameter removed.", "step-param"),
            "piece" => {
                self.measure.pieces.push(PieceRow { weight: "1".into(), ..PieceRow::default() });
                did("Part added.", format!("m/{}.label", self.measure.pieces.len() - 1))
            }
            "piece-remove" => removed(&mut self.measure.pieces, row(), "Part removed.", "step-piece"),
            "test" => {
                let values = self.asked().into_iter().map(|field| (field.code.to_owned(), String::new())).collect();
                self.tests.push(TestRow { values, expected: true });
                did("Test added.", format!("t/{}.expected", self.tests.len() - 1))
            }
            "test-remove" => removed(&mut self.tests, row(), "Test removed.", "step-test"),
            _ => Did::default(),
        }
    }

    /// The node of this name.
    fn node(&mut self, name: &str) -> Option<&mut Node> {
        let mut node = &mut self.root;
        for index in name.strip_prefix(ROOT)?.split('/').skip(1) {
            let Node::Group(_, members) = node else { return None };
            node = members.get_mut(index.parse::<usize>().ok()?)?;
        }
        Some(node)
    }

    /// The members of the group around it, and its place among them.
    fn around<'a, 'n>(&'a mut self, name: &'n str) -> Option<(&'n str, &'a mut Vec<Node>, usize)> {
        let (parent, index) = name.rsplit_once('/')?;
        let index = index.parse().ok()?;
        match self.node(parent)? {
            Node::Group(_, members) if index < members.len() => Some((parent, members, index)),
            _ => None,
        }
    }

    fn words(&self, node: &Node) -> String {
        match node {
            Node::Condition(condition) => format!("condition “{}”", condition.words(self.entity)),
            Node::Group(_, members) => format!("group of {}", members.len()),
        }
    }

    /// Says in another way what a condition compares with: `n/0:times`.
    fn compare(&mut self, of: &str) -> Did {
        let Some((name, how)) = of.rsplit_once(':') else { return Did::default() };
        let (Some(how), Some(Node::Condition(condition))) = (How::parse(how), self.node(name)) else {
            return Did::default();
        };
        condition.operands[0] = Operand { how, ..Operand::default() };
        let (part, words) = match how {
            How::Field => ("of", "a field"),
            How::Param => ("by", "a parameter"),
            How::Times => ("v", "a factor and a field"),
            _ => ("v", "a value"),
        };
        did(format!("It is compared with {words}."), format!("{name}.{part}"))
    }

    fn add(&mut self, group: &str, node: Node) -> Did {
        let part = if matches!(node, Node::Group(..)) { ("Group", "join") } else { ("Condition", "f") };
        let Some(Node::Group(_, members)) = self.node(group) else { return Did::default() };
        members.push(node);
        let place = members.len();
        did(format!("{} {place} added.", part.0), format!("{group}/{}.{}", place - 1, part.1))
    }

    /// Puts a group around it, of the other kind than the one that it stands in.
    fn nest(&mut self, name: &str) -> Did {
        let outer = name.rsplit_once('/').and_then(|(parent, _)| match self.node(parent) {
            Some(Node::Group(join, _)) => Some(*join),
            _ => None,
        });
        let join = if outer == Some(Join::All) { Join::Any } else { Join::All };
        let Some(node) = self.node(name) else { return Did::default() };
        let inner = std::mem::replace(node, Node::blank());
        *node = Node::Group(join, vec![inner]);
        did("Nested in a group.", format!("{name}.join"))
    }

    /// Takes a group away and leaves its members.
    fn ungroup(&mut self, name: &str) -> Did {
        let Some((parent, members, index)) = self.around(name) else { return Did::default() };
        let Some(Node::Group(_, inner)) = members.get_mut(index) else { return Did::default() };
        let inner = std::mem::take(inner);
        members.splice(index..=index, inner);
        did("The group is taken apart.", format!("step-add-{parent}"))
    }

    fn shift(&mut self, name: &str, up: bool) -> Did {
        let Some((parent, members, index)) = self.around(name) else { return Did::default() };
        let to = if up { index.checked_sub(1) } else { Some(index + 1).filter(|to| *to < members.len()) };
        let Some(to) = to else { return did("It stands at the end already.", format!("step-more-{name}")) };
        members.swap(index, to);
        did(format!("Moved to place {} of {}.", to + 1, members.len()), format!("step-more-{parent}/{to}"))
    }

    fn remove(&mut self, name: &str) -> Did {
        let Some((parent, members, index)) = self.around(name) else { return Did::default() };
        let gone = members.remove(index);
        let left = members.len();
        let focus = if left == 0 {
            format!("step-add-{parent}")
        } else {
            format!("step-more-{parent}/{}", index.min(left - 1))
        };
        let words = self.words(&gone);
        did(format!("Removed: {words}."), focus)
    }
}

fn removed<T>(rows: &mut Vec<T>, row: Option<usize>, said: &str, focus: &str) -> Did {
    match row.filter(|row| *row < rows.len()) {
        Some(row) => {
            rows.remove(row);
            did(said, focus)
        }
        None => Did::default(),
    }
}
