//! Which column of a file is which field.

use std::collections::BTreeMap;

use super::Target;
use crate::params::Fault;

/// From fields to columns, by their names.
pub type Mapping = BTreeMap<String, String>;

/// What the names of the columns suggest.
pub fn guess(target: Target, columns: &[String]) -> Mapping {
    let named = |names: &[&str]| columns.iter().find(|column| names.contains(&column.to_lowercase().as_str())).cloned();
    let fields = target.fields().iter();
    fields
        .filter_map(|field| Some((field.name.to_owned(), named(&[field.name]).or_else(|| named(field.also))?)))
        .collect()
}

/// What was said, and the guess where nothing was; refused unless every field that is needed has a column.
pub fn complete(target: Target, columns: &[String], said: &Mapping) -> Result<Mapping, Fault> {
    for (field, column) in said {
        let named = format!("mapping.{field}");
        if !target.fields().iter().any(|known| known.name == field) {
            return Err(Fault::new(&named, format!("is no field of {}", target.as_str())));
        }
        if !columns.contains(column) {
            return Err(Fault::new(&named, format!("the file has no column “{column}”; it has {}", quoted(columns))));
        }
    }
    let mut mapping = guess(target, columns);
    mapping.extend(said.clone());
    for field in target.fields().iter().filter(|field| field.needed) {
        if !mapping.contains_key(field.name) {
            let reason =
                format!("no column is named “{}”; say which one it is: the file has {}", field.name, quoted(columns));
            return Err(Fault::new(&format!("mapping.{}", field.name), reason));
        }
    }
    Ok(mapping)
}

fn quoted(columns: &[String]) -> String {
    columns.iter().map(|column| format!("“{column}”")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn usual_names_are_guessed_and_what_is_said_comes_first() {
        let columns = columns(&["E-Mail", "Full name", "Role", "Nickname"]);
        let guessed = guess(Target::People, &columns);
        assert_eq!(guessed["email"], "E-Mail");
        assert_eq!(guessed["name"], "Full name");
        let said = Mapping::from([("name".into(), "Nickname".into())]);
        assert_eq!(complete(Target::People, &columns, &said).unwrap()["name"], "Nickname");
    }

    #[test]
    fn a_missing_column_is_named() {
        let fault = complete(Target::People, &columns(&["email", "name"]), &Mapping::new()).unwrap_err();
        assert_eq!(fault.field, "mapping.role");
        let said = Mapping::from([("role".into(), "Job".into())]);
        assert!(complete(Target::People, &columns(&["email", "name"]), &said).unwrap_err().reason.contains("“Job”"));
        let said = Mapping::from([("colour".into(), "name".into())]);
        assert_eq!(complete(Target::People, &columns(&["name"]), &said).unwrap_err().field, "mapping.colour");
    }
}
