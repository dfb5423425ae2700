//! The document as a page: plain HTML with our stylesheet, no script, no style attribute.

use std::fmt::Write;

use leptos::config::LeptosOptions;
use serde_json::{Map, Value};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The whole page.
pub fn render(api: &Value, site: &LeptosOptions, theme: Option<&str>) -> String {
    let about: String = text(&api["info"]["description"])
        .split("\n\n")
        .fold(String::new(), |html, part| html + "<p>" + &prose(part) + "</p>");
    let (routes, shapes) = (operations(api), schemas(&api["components"]["schemas"]));
    let css = escape(&stylesheet(site));
    let theme = theme.map(|theme| format!(" data-theme=\"{theme}\"")).unwrap_or_default();
    format!(
        "<!DOCTYPE html><html lang=\"en\"{theme}><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>API · Backline</title>\
         <link rel=\"stylesheet\" href=\"{css}\"><link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"></head><body>\
         <a class=\"skip\" href=\"#main\">Skip to the content</a><div class=\"shell\"><nav class=\"side\" aria-label=\"Main\">\
         <a class=\"brand\" href=\"/\"><span class=\"mark\" aria-hidden=\"true\">B</span>Backline</a>\
         <a class=\"nav\" href=\"#routes\">Routes</a><a class=\"nav\" href=\"#shapes\">Shapes</a>\
         <a class=\"nav\" href=\"/api/openapi.json\">openapi.json</a></nav>\
         <main id=\"main\" tabindex=\"-1\"><div class=\"top\"><h1>API</h1></div><div class=\"stack\"><section class=\"card\">{about}</section>\
         <h2 id=\"routes\">Routes</h2>{routes}<h2 id=\"shapes\">Shapes</h2>{shapes}</div></main></div></body></html>"
    )
}

fn operations(api: &Value) -> String {
    let mut html = String::new();
    let paths = api["paths"].as_object().into_iter().flatten();
    for (path, methods) in paths {
        for method in METHODS.iter().filter(|method| methods.get(**method).is_some()) {
            html += &operation(path, method, &methods[*method]);
        }
    }
    html
}

fn operation(path: &str, method: &str, it: &Value) -> String {
    let name = format!("{} {}", method.to_uppercase(), path);
    let mut html = format!(
        "<section class=\"card\" aria-label=\"{0}\"><header><h3><code>{0}</code></h3></header><p>{1} {2}</p>",
        escape(&name),
        prose(text(&it["summary"])),
        prose(text(&it["description"]))
    );
    if it["security"].as_array().is_some_and(|any| any.iter().any(|one| one.as_object().is_some_and(Map::is_empty))) {
        html += "<p class=\"basis\">Open to all.</p>";
    }
    let given = it["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    if !given.is_empty() {
        let rows = given.iter().map(|one| {
            [
                code(text(&one["name"])),
                escape(text(&one["in"])),
                shape(&one["schema"]),
                prose(text(&one["description"])),
            ]
        });
        html += &table(&format!("Parameters of {name}"), ["Parameter", "In", "Value", "Meaning"], rows);
    }
    if let Some(body) = it["requestBody"]["content"].as_object().and_then(|content| content.values().next()) {
        let _ = write!(html, "<p>The body is JSON: {}.</p>", shape(&body["schema"]));
    }
    let answers = it["responses"].as_object().into_iter().flatten().map(|(status, answer)| {
        let body = answer["content"].as_object().and_then(|content| content.iter().next());
        let body = body.map_or_else(String::new, |(kind, body)| match kind.as_str() {
            "application/json" => shape(&body["schema"]),
            other => code(other),
        });
        [code(status), body, prose(text(&answer["description"]))]
    });
    html + &table(&format!("Answers of {name}"), ["Status", "Body", "Meaning"], answers) + "</section>"
}

fn schemas(all: &Value) -> String {
    all.as_object().into_iter().flatten().fold(String::new(), |html, (name, schema)| {
        let head = format!("<section class=\"card\"><header><h3 id=\"{0}\">{0}</h3></header>", escape(name));
        let about = format!("<p>{}</p>", prose(text(&schema["description"])));
        let parts = schema["allOf"].as_array().map_or(std::slice::from_ref(schema), Vec::as_slice);
        let fields = parts.iter().filter_map(|part| part["properties"].as_object()).flatten();
        let rows: Vec<_> = fields.map(|(name, it)| [code(name), shape(it), prose(text(&it["description"]))]).collect();
        let body = if rows.is_empty() {
            format!("<p>{}</p>", shape(schema))
        } else {
            table(&format!("Fields of {name}"), ["Field", "Value", "Meaning"], rows.into_iter())
        };
        html + &head + &about + &body + "</section>"
    })
}

/// A schema in few words.
fn shape(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a class=\"link\" href=\"#{0}\">{0}</a>", escape(name));
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return choices.iter().map(shape).collect::<Vec<_>>().join(" or ");
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().map(|word| code(text(word))).collect::<Vec<_>>().join(", ");
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(text).collect::<Vec<_>>().join(" or "),
        one => text(one).to_owned(),
    };
    let mut words =
        if kinds.contains("array") { format!("list of {}", shape(&schema["items"])) } else { escape(&kinds) };
    if let Some(format) = schema["format"].as_str() {
        let _ = write!(words, " ({})", escape(format));
    }
    match (&schema["minimum"], &schema["maximum"]) {
        (Value::Null, Value::Null) => {}
        (least, Value::Null) => drop(write!(words, ", from {least}")),
        (Value::Null, most) => drop(write!(words, ", to {most}")),
        (least, most) => drop(write!(words, ", {least} to {most}")),
    }
    if !schema["default"].is_null() {
        let _ = write!(words, ", default {}", escape(&schema["default"].to_string()));
    }
    words
}

fn table<const N: usize>(caption: &str, heads: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let heads = heads.iter().fold(String::new(), |html, head| html + "<th scope=\"col\">" + head + "</th>");
    let rows = rows.fold(String::new(), |html, cells| {
        let cells = cells.iter().fold(String::new(), |html, cell| html + "<td class=\"wrap\">" + cell + "</td>");
        html + "<tr>" + &cells + "</tr>"
    });
    let caption = escape(caption);
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table><caption class=\"visually-hidden\">{caption}</caption>\
         <thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// Text in which backticks mark code.
fn prose(text: &str) -> String {
    let parts = escape(text);
    let mut html = String::new();
    for (index, part) in parts.split('`').enumerate() {
        html += &if index % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() };
    }
    html
}

/// Text as text, also inside quotes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The address of the stylesheet, with the hash that the build gave it.
pub fn stylesheet(site: &LeptosOptions) -> String {
    let hashes = || {
        let folder = std::env::current_exe().ok()?.parent()?.to_owned();
        let lines = std::fs::read_to_string(folder.join(site.hash_file.as_ref())).ok()?;
        lines.lines().find_map(|line| Some(format!(".{}", line.strip_prefix("css:")?.trim())))
    };
    let hash = site.hash_files.then(hashes).flatten().unwrap_or_default();
    format!("/{}/{}{hash}.css", site.site_pkg_dir, site.output_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_document_is_text_in_the_page() {
        assert_eq!(prose("a `b<c` & \"d\""), "a <code>b&lt;c</code> &amp; &quot;d&quot;");
    }
}
