//! Records by id, and the selections that list requests make from them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::facets::{Cell, Facets};
use super::query::ListQuery;

/// A record's exact text beside what filters need of it.
pub(crate) struct Record {
    pub(crate) text: Box<str>,
    pub(crate) facets: Facets,
}

impl Record {
    pub(crate) fn new(id: i64, text: String) -> Self {
        let facets = Facets::read(id, &text);
        Self { text: text.into_boxed_str(), facets }
    }
}

/// Records of one kind. Selections are remembered until something changes.
#[derive(Default)]
pub(crate) struct Shelf {
    rows: BTreeMap<i64, Arc<Record>>,
    selections: HashMap<String, Arc<[i64]>>,
}

/// One page of a list.
pub(crate) struct Page {
    pub(crate) rows: Vec<Arc<Record>>,
    pub(crate) total: usize,
}

/// Selections remembered at once.
const REMEMBERED: usize = 16;

impl Shelf {
    pub(crate) fn ids(&self) -> Vec<i64> {
        self.rows.keys().copied().collect()
    }

    pub(crate) fn last_id(&self) -> Option<i64> {
        self.rows.keys().next_back().copied()
    }

    pub(crate) fn get(&self, id: i64) -> Option<&Arc<Record>> {
        self.rows.get(&id)
    }

    pub(crate) fn put(&mut self, id: i64, record: Record) {
        self.selections.clear();
        self.rows.insert(id, Arc::new(record));
    }

    pub(crate) fn delete(&mut self, id: i64) {
        self.selections.clear();
        self.rows.remove(&id);
    }

    pub(crate) fn page(&mut self, query: &ListQuery) -> Page {
        let selection = self.select(query);
        let after_floor = query.id_floor.map_or(0, |floor| selection.partition_point(|id| *id <= floor));
        let ids = selection.get(after_floor..).unwrap_or_default();
        let skip = (query.page - 1).saturating_mul(query.per_page);
        let rows = ids.iter().skip(skip).take(query.per_page).filter_map(|id| self.rows.get(id).cloned()).collect();
        Page { rows, total: ids.len() }
    }

    fn select(&mut self, query: &ListQuery) -> Arc<[i64]> {
        if let Some(known) = self.selections.get(&query.selection) {
            return Arc::clone(known);
        }
        let mut rows: Vec<(i64, &Facets)> =
            self.rows.iter().map(|(id, record)| (*id, &record.facets)).filter(|(_, row)| query.matches(row)).collect();
        if !query.sort.is_empty() {
            // Stable, so that equal rows stay in the order of their ids.
            rows.sort_by(|(_, one), (_, other)| order(query, one, other));
        }
        let selection: Arc<[i64]> = rows.into_iter().map(|(id, _)| id).collect();
        if self.selections.len() >= REMEMBERED {
            self.selections.clear();
        }
        self.selections.insert(query.selection.clone(), Arc::clone(&selection));
        selection
    }
}

fn order(query: &ListQuery, one: &Facets, other: &Facets) -> std::cmp::Ordering {
    query.sort.iter().fold(std::cmp::Ordering::Equal, |known, sort| {
        known.then_with(|| {
            let (one, other): (Cell<'_>, Cell<'_>) = (one.get(sort.attribute), other.get(sort.attribute));
            if sort.descending { other.cmp(&one) } else { one.cmp(&other) }
        })
    })
}
