//! A page in the look of all others. Everything that is put into it is escaped here.

use std::sync::OnceLock;

use axum::response::Html;
use leptos::config::LeptosOptions;

use crate::openapi::page::{escape, stylesheet};

/// The address of the stylesheet, which a process learns once.
static STYLESHEET: OnceLock<String> = OnceLock::new();

/// Says where the stylesheet is.
pub fn dress(site: &LeptosOptions) {
    STYLESHEET.get_or_init(|| stylesheet(site));
}

/// A page under way.
pub struct Page {
    html: String,
}

impl Page {
    pub fn new(title: &str) -> Page {
        let (title, css) = (escape(title), escape(STYLESHEET.get().map_or("", String::as_str)));
        Page {
            html: format!(
                "<!DOCTYPE html><html lang=\"en\" translate=\"no\"><head><meta charset=\"utf-8\">\
                 <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
                 <script src=\"/theme.js\"></script><title>{title} · Backline</title><link rel=\"stylesheet\" href=\"{css}\">\
                 <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"></head><body>\
                 <a class=\"skip\" href=\"#main\">Skip to the content</a><div class=\"shell\"><nav class=\"side\" aria-label=\"Main\">\
                 <a class=\"brand\" href=\"/\"><span class=\"mark\" aria-hidden=\"true\">B</span>Backline</a>\
                 <a class=\"nav\" href=\"/\">Dashboard</a><a class=\"nav\" href=\"/opportunities\">Opportunities</a>\
                 <a class=\"nav\" href=\"/changes\">Changes</a><a class=\"nav\" href=\"/reports\">Reports</a>\
                 <a class=\"nav\" href=\"/settings/account\">Settings</a></nav>\
                 <main id=\"main\" tabindex=\"-1\"><div class=\"top\"><h1>{title}</h1></div><div class=\"stack\">"
            ),
        }
    }

    /// Markup of ours.
    pub fn push(&mut self, html: &str) {
        self.html.push_str(html);
    }

    pub fn alert(&mut self, what: &str) {
        self.push(&format!("<p class=\"notice bad\" role=\"alert\">{}</p>", escape(what)));
    }

    /// A card around markup of ours.
    pub fn card(&mut self, title: &str, html: &str) {
        let title = escape(title);
        self.push(&format!(
            "<section class=\"card\" aria-label=\"{title}\"><header><h2>{title}</h2></header>{html}</section>"
        ));
    }

    pub fn end(mut self) -> Html<String> {
        self.push("</div></main></div></body></html>");
        Html(self.html)
    }
}

/// A table whose cells are markup of ours or escaped text.
pub fn table(caption: &str, heads: &[String], rows: &[Vec<String>]) -> String {
    let caption = escape(caption);
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect();
    let cells =
        |row: &Vec<String>| row.iter().map(|cell| format!("<td class=\"wrap\">{cell}</td>")).collect::<String>();
    let rows: String = rows.iter().map(|row| format!("<tr>{}</tr>", cells(row))).collect();
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table>\
         <caption class=\"visually-hidden\">{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
}

/// A choice with its label: `(value, word)`.
pub fn choice(name: &str, label: &str, hint: &str, options: &[(String, String)], chosen: &str) -> String {
    let options: String = options
        .iter()
        .map(|(value, word)| {
            let selected = if value == chosen { " selected" } else { "" };
            format!("<option value=\"{}\"{selected}>{}</option>", escape(value), escape(word))
        })
        .collect();
    let hint = if hint.is_empty() { String::new() } else { format!("<p class=\"hint\">{}</p>", escape(hint)) };
    let (name, label) = (escape(name), escape(label));
    format!(
        "<div class=\"form-row\"><label for=\"{name}\">{label}</label><select class=\"field\" id=\"{name}\" name=\"{name}\">{options}</select>{hint}</div>"
    )
}

/// How far a job is: done of total.
pub fn progress(progress: Option<&serde_json::Value>) -> String {
    let number = |name: &str| progress.and_then(|progress| progress[name].as_i64());
    match (number("done"), number("total")) {
        (Some(done), Some(total)) if total > 0 => {
            format!(
                " <progress class=\"bar\" max=\"{total}\" value=\"{done}\" aria-label=\"Progress\"></progress> {done} of {total}"
            )
        }
        _ => String::new(),
    }
}
