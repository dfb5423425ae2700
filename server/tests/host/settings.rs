//! `Leptos.toml`, which the host reads, says what `Cargo.toml`, which the build reads, says.

use toml::{Table, Value};

fn read(path: &str) -> Table {
    let path = format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

fn of<'a>(table: &'a Table, path: &[&str]) -> &'a Value {
    let (first, rest) = path.split_first().unwrap();
    rest.iter().fold(&table[*first], |value, key| &value[*key])
}

#[test]
fn the_host_and_the_build_have_the_same_leptos_options() {
    let (cargo, leptos) = (read("Cargo.toml"), read("Leptos.toml"));
    let projects = of(&cargo, &["workspace", "metadata", "leptos"]).as_array().unwrap();
    assert_eq!(projects.len(), 1);
    let run = of(&leptos, &["package", "metadata", "leptos"]).as_table().unwrap();
    for key in ["output-name", "site-root", "site-pkg-dir", "site-addr", "reload-port", "hash-files"] {
        assert_eq!(projects[0].get(key), run.get(key), "{key}");
        assert!(run.contains_key(key), "{key} is in neither");
    }
}
