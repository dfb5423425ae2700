//! A browser in which no WASM runs: it keeps cookies, posts forms from their pages and follows where it is sent.

use std::collections::BTreeMap;

use reqwest::Method;

use super::browser::{Browser, PASSWORD, Seen};

#[derive(Clone)]
pub struct Plain {
    base: String,
    cookies: BTreeMap<String, String>,
}

impl Plain {
    pub fn new(base: &str) -> Plain {
        Plain { base: base.to_owned(), cookies: BTreeMap::new() }
    }

    pub async fn sign_in(base: &str, email: &str) -> Plain {
        Plain::sign_in_with(base, email, PASSWORD).await
    }

    pub async fn sign_in_with(base: &str, email: &str, password: &str) -> Plain {
        let mut plain = Plain::new(base);
        let seen = Browser::anonymous(base).try_sign_in(email, password).await;
        assert_eq!(seen.status, 204, "{email}: {}", seen.text);
        plain.keep(&seen);
        plain
    }

    /// The same session for a script.
    pub fn script(&self) -> Browser {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Browser::with_cookie(&self.base, &cookies.join("; "))
    }

    pub async fn get(&mut self, path: &str) -> Seen {
        let seen = self.script().with("accept", "text/html").get(path).await;
        self.keep(&seen);
        seen
    }

    /// Posts a form of `page` and gives the page after it.
    pub async fn post(&mut self, page: &str, function: &str, form: &str) -> Seen {
        let place = self.sent_to(page, function, form).await;
        self.get(&place).await
    }

    /// Posts a form of `page` to an address and gives the page after it.
    pub async fn post_to(&mut self, page: &str, path: &str, form: &str) -> Seen {
        let place = self.sent_from(page, path, form).await;
        self.get(&place).await
    }

    /// Posts a form of `page` and gives the address that the browser is sent to.
    pub async fn sent_to(&mut self, page: &str, function: &str, form: &str) -> String {
        self.sent_from(page, &format!("/rpc/settings/{function}"), form).await
    }

    async fn sent_from(&mut self, page: &str, path: &str, form: &str) -> String {
        let body = form.to_owned();
        let referer = format!("{}{page}", self.base);
        let send = |request: reqwest::RequestBuilder| {
            request.header("content-type", "application/x-www-form-urlencoded").header("referer", referer).body(body)
        };
        let seen = self.script().with("accept", "text/html").send(Method::POST, path, send).await;
        self.keep(&seen);
        assert_eq!(seen.status, 302, "{path}: {}", seen.text);
        seen.header("location").replace(&self.base, "")
    }

    /// A cookie of somebody else.
    pub fn take_cookie(&mut self, from: &Plain, name: &str) {
        self.cookies.insert(name.to_owned(), from.cookies[name].clone());
    }

    fn keep(&mut self, seen: &Seen) {
        for line in seen.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// The secret that a page shows once.
#[track_caller]
pub fn secret(page: &Seen) -> String {
    let (_, rest) = page.text.split_once("id=\"secret\"").unwrap_or_else(|| panic!("no secret: {}", page.text));
    let value = rest.split_once("value=\"").unwrap().1.split('"').next().unwrap();
    value.replace("&amp;", "&")
}

/// What a page shows, without the data that it carries for its scripts.
#[track_caller]
pub fn shown(page: &Seen) -> &str {
    page.text.split_once("<main").unwrap().1.split_once("</main>").unwrap().0
}
