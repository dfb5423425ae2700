//! What the page shows, put into words by the host.

use serde::{Deserialize, Serialize};

use crate::pager::Pager;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationView {
    pub id: i64,
    pub title: String,
    pub body: String,
    pub href: String,
    pub when: String,
    pub unread: bool,
}

/// A switch of the person's: a field of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchView {
    pub name: String,
    pub label: String,
    pub on: bool,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationsView {
    pub list: Vec<NotificationView>,
    /// "3 unread"; none when all are read.
    pub unread: Option<String>,
    pub pager: Pager,
    pub switches: Vec<SwitchView>,
    /// What is to be known about them.
    pub hint: String,
}

/// The tenant's webhook, as its admins see it; its address is nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookView {
    pub entered: String,
}
